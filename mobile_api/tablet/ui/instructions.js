// What the office wants done: its own words, and the answers to what its form for this order type asked.
// Only what the type declares is shown: the rest of an order is not written for the person at the door.

import { app } from "../lib/state.js";
import { served, t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { money, plainDay, spelled, when } from "../lib/words.js";
import { fact, facts } from "./facts.js";

const SHOWN = {
  cents: (_, value) => money(value),
  date: (_, value) => plainDay(value),
  instant: (_, value) => when(value),
  yes_no: (_, value) => (value ? t("yes") : t("no")),
  choice: ({ choices }, value) => served(choices?.find((choice) => choice.value === value)?.title ?? spelled(value)),
};

const plain = ({ unit }, value) => (unit ? `${value} ${served(unit)}` : String(value));
const missing = (value) => value === undefined || value === null || value === "" || typeof value === "object";

function line(field, value) {
  return missing(value) ? nothing : fact(served(field.title), (SHOWN[field.type] ?? plain)(field, value));
}

export function instructions({ type, instructions: words, extra }) {
  const asked = (app.model.catalogue[type]?.extra ?? []).filter(({ name }) => !missing(extra?.[name]));
  if (!words && !asked.length) return nothing;
  return html`<section class="card wide">
    <h2>${t("instructions")}</h2>
    ${words ? html`<p class="instructions">${words}</p>` : nothing}
    ${facts(asked.map((field) => line(field, extra[field.name])))}
  </section>`;
}
