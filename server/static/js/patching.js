// Parts of a page exchanged without taking anything out of a person's hands.

/** The element that a piece of markup is; rows of tables too. */
export function elementOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

const reachable = (within) => [...within.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];

/** Calls `change`, then gives the focus back to what had it: by its id, else by its place in `within()`. */
export function keepingFocus(within, change) {
  const holder = within();
  const focused = document.activeElement;
  const inside = holder?.contains(focused);
  const { id } = focused ?? {};
  const place = inside ? reachable(holder).indexOf(focused) : -1;
  change();
  if (!inside || document.activeElement === focused) return;
  const now = within();
  const again = (id && document.getElementById(id)) || (now && (reachable(now)[place] ?? reachable(now).at(-1)));
  again?.focus({ preventScroll: true });
}

const shown = new WeakMap();

/** Exchange what is inside an element, when it says something else than before. */
export function refill(element, html) {
  if (!element || shown.get(element) === html) return;
  const closed = new Set([...element.querySelectorAll("details[id]")].filter((one) => !one.open).map((one) => one.id));
  keepingFocus(() => element, () => {
    element.innerHTML = html;
    for (const id of closed) element.querySelector(`#${CSS.escape(id)}`)?.removeAttribute("open");
  });
  shown.set(element, html);
}

/** Let the eye find what has changed; it fades by itself. */
export function flash(element) {
  element.classList.remove("changed");
  void element.offsetWidth; // the animation begins again
  element.classList.add("changed");
}
