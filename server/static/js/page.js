// What every page needs: the token of forms goes with htmx, failures are said aloud, dialogs open by data attributes.
const messages = document.getElementById("messages");

/** Show one sentence where screen readers hear it; it replaces the one before. */
export function say(words, tone = "good") {
  const box = document.createElement("div");
  box.className = `notice ${tone}`;
  const p = document.createElement("p");
  p.textContent = words;
  box.append(p);
  messages.replaceChildren(box);
}

// On a narrow screen rows of links are moved sideways: where one is stays in sight.
for (const here of document.querySelectorAll("nav [aria-current]")) {
  const row = here.closest("nav");
  const beside = here.getBoundingClientRect().left - row.getBoundingClientRect().left;
  if (row.scrollWidth > row.clientWidth) row.scrollLeft += beside - (row.clientWidth - here.offsetWidth) / 2;
}

let unreachable = false;

document.addEventListener("htmx:sendError", () => {
  unreachable = true;
  say(messages.dataset.unreachable, "warn");
});

document.addEventListener("htmx:responseError", () => {
  say(messages.dataset.refused, "bad");
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && unreachable) {
    unreachable = false;
    say(messages.dataset.back);
  }
});

// A session that ended answers a refresh with 401: go and sign in, then come back here.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 401) {
    event.detail.shouldSwap = false;
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
});

/** Show a dialog, and let what it holds know. */
function open(dialog) {
  dialog.showModal();
  dialog.dispatchEvent(new Event("opened"));
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) open(document.getElementById(opener.dataset.dialog));
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog").close();
});

// What stands in a field goes to the clipboard; where the browser forbids that, it is marked for the person to copy.
document.addEventListener("click", async (event) => {
  const copier = event.target.closest("[data-copy]");
  if (!copier) return;
  const field = document.getElementById(copier.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    say(copier.dataset.said);
  } catch {
    field.focus();
  }
});

// One box finds everything, from every page: F2, or Ctrl or Command with K. Neither is a letter that somebody may be typing.
const everywhere = document.getElementById("everywhere");
addEventListener("keydown", (event) => {
  const asked = event.key === "F2" || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey));
  if (!asked || !everywhere || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  open(everywhere);
});
everywhere?.addEventListener("opened", () => document.getElementById("everywhere-q").select());

// Choosing in a form that only filters applies it at once; without scripts the button does.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form) form.requestSubmit();
});

// A box that ticks every box of its name in the same form.
document.addEventListener("change", (event) => {
  const all = event.target.closest("input[data-all]");
  if (!all) return;
  for (const box of all.form.querySelectorAll(`input[name="${all.dataset.all}"]`)) box.checked = all.checked;
});

// Somebody may have chosen before this file arrived. Not after "back": what was chosen then would send them forth again.
const chosenMeanwhile = (select) => {
  const given = [...select.options].findIndex((option) => option.defaultSelected);
  return select.selectedIndex !== Math.max(given, 0);
};
if (performance.getEntriesByType("navigation")[0]?.type === "navigate") {
  const forms = [...document.querySelectorAll("form[data-auto]")];
  forms.find((form) => [...form.querySelectorAll("select")].some(chosenMeanwhile))?.requestSubmit();
}
