// The orders a dispatcher has ticked: one selection for list, map and timeline, kept for this window.
const KEPT = "board:ticked";

/** Order number → what a form sends for it. Kept over a change of filter, so that orders of several can be ticked. */
export const ticked = new Map(remembered());

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  } catch {
    return [];
  }
}

/** Keep what was changed, and let everything that shows ticks know. */
export function announce() {
  sessionStorage.setItem(KEPT, JSON.stringify([...ticked]));
  document.dispatchEvent(new CustomEvent("board:chosen"));
}

export const chosenNumbers = () => new Set(ticked.keys());

/** Tick orders, given as numbers with versions, or take their ticks away; also those the list does not show. */
export function choose(orders, on) {
  for (const [number, version] of orders) {
    const box = document.getElementById(`tick-${number}`);
    on ? ticked.set(number, box?.value ?? `${number}:${version}`) : ticked.delete(number);
  }
  announce();
}

export function chooseNone() {
  ticked.clear();
  announce();
}

export const toggle = (number, version) => choose([[number, version]], !ticked.has(number));

// What an action was done to loses its tick; what was refused keeps it for another try.
document.addEventListener("htmx:afterRequest", (event) => {
  const { path, formData } = event.detail.requestConfig ?? {};
  if (!event.detail.successful || !/\/dispatch\/(assign|recall|cancel)/.test(path ?? "")) return;
  const refused = [...document.querySelectorAll("#messages .bad")].map((one) => one.textContent).join(" ");
  for (const sent of formData?.getAll("order") ?? []) {
    const number = sent.split(":")[0];
    if (!refused.includes(number)) ticked.delete(number);
  }
  announce();
});
