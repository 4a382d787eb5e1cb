// A form that was sent after its session had ended is filled again as it was. Nothing is sent by itself.
import { say } from "./page.js";

const notice = document.getElementById("kept-form");
const kept = JSON.parse(notice.textContent);
const form = [...document.forms]
  .filter((one) => one.method === "post" && new URL(one.action, location).pathname === kept.action)
  .sort((one, other) => alike(other) - alike(one))[0];
if (form) {
  for (const [name, values] of Object.entries(kept.form)) fill(name, values);
  for (let above = form.parentElement; above; above = above.parentElement) {
    if (above instanceof HTMLDetailsElement) above.open = true;
    if (above instanceof HTMLDialogElement) above.showModal();
  }
  form.scrollIntoView({ block: "nearest" });
  fields().find((field) => field.checkVisibility())?.focus({ preventScroll: true });
  say(notice.dataset.filled);
} else {
  // The page has changed meanwhile: what was typed is at least there to read and to copy.
  const typed = Object.values(kept.form).flat().filter((value) => /\p{L}{3}|\d/u.test(value));
  say([notice.dataset.notFilled, ...typed].join(" · "), "warn");
}

/** Several forms may have one action: how many of the fixed values are those that were sent. */
function alike(one) {
  return [...one.elements].filter((field) => field.type === "hidden" && kept.form[field.name]?.includes(field.value)).length;
}

function fields() {
  const fixed = ["hidden", "file", "password", "submit", "button"];
  return [...form.elements].filter((field) => field.name && !fixed.includes(field.type));
}

function fill(name, values) {
  fields().filter((field) => field.name === name).forEach((field, at) => {
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (at < values.length) field.value = values[at];
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  });
}
