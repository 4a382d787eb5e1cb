// A number pad as large as a gloved hand needs, with the dials above it as the meter shows them.

import { app, update } from "../lib/state.js";
import { served, t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { setValue, touch } from "./draft.js";
import { icon } from "./icons.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
const MOST_DIALS = 9;

export const padOpen = (field) => app.ui.pad === field.name;

// Fingers get the pad by themselves. It stays until it is closed: what lies below must not move under a finger.
export function padOpens(name) {
  if (app.ui.pad === name || !matchMedia("(pointer: coarse)").matches) return;
  open(name);
}

// The keys come into the middle, where the bar at the foot does not cover them.
function open(name) {
  app.ui.pad = name;
  update();
  setTimeout(() => document.querySelector(".pad")?.scrollIntoView({ block: "center" }));
}

function toggle(field) {
  if (!padOpen(field)) return open(field.name);
  app.ui.pad = null;
  update();
}

export const padButton = (field) =>
  html`<button type="button" class="scan-button" aria-expanded=${padOpen(field)} aria-label=${t("pad.open")} aria-description=${served(field.title)} title=${t("pad.open")} @click=${() => toggle(field)}>
    ${icon("pad")}
  </button>`;

// Pressing a key keeps the focus where it is, so that a keyboard can go on too.
const stay = (event) => event.preventDefault();

const key = (words, label, press, style = "") =>
  html`<button type="button" class=${style} aria-label=${label ?? words} @pointerdown=${stay} @click=${press}>${words}</button>`;

// Digits fill the dials from the left, as they are read; what is not typed yet is an empty dial.
function dialBoxes(typed, count) {
  const boxes = Math.max(count > MOST_DIALS ? 1 : count, typed.length);
  return html`<output class="pad-dials" aria-label=${typed || t("pad.empty")}
    >${Array.from({ length: boxes }, (_, index) => html`<i data-over=${index >= count} data-here=${index === typed.length}>${typed[index] ?? ""}</i>`)}</output
  >`;
}

export function pad({ draft }, field, count) {
  if (!padOpen(field)) return nothing;
  const typed = String(draft.values[field.name] ?? "").trim();
  // One digit too many shows what is wrong; more would only hide it.
  const most = Math.min(count, MOST_DIALS) + 1;
  const set = (value) => value.length <= Math.max(most, typed.length) && setValue(draft, field.name, value);
  const done = () => {
    toggle(field);
    touch(draft, field.name);
  };
  return html`<div class="pad" role="group" aria-label=${t("pad.of", { title: served(field.title) })}>
    ${dialBoxes(typed, count)}
    <div class="pad-keys">
      ${KEYS.map((digit) => key(digit, null, () => set(typed + digit)))}
      ${key(icon("erase"), t("pad.erase"), () => set(typed.slice(0, -1)))} ${key("0", null, () => set(`${typed}0`))}
      ${key(t("pad.done"), null, done, "primary")}
    </div>
  </div>`;
}
