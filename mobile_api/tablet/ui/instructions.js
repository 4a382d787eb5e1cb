// What the office wants done: its own words, and the answers to what its form for this order type asked.

import { app } from "../lib/state.js";
import { html, nothing } from "../lib/view.js";
import { money, plainDay, spelled, when } from "../lib/words.js";
import { fact, facts } from "./facts.js";

const shown = (value) => {
  if (value === true) return "yes";
  if (value === false) return "no";
  if (Array.isArray(value)) return value.map(shown).join(", ");
  if (typeof value === "object")
    return Object.entries(value)
      .map(([key, inner]) => `${spelled(key)}: ${shown(inner)}`)
      .join(", ");
  return String(value);
};

function answer({ type, choices, unit }, value) {
  if (type === "cents") return money(value);
  if (type === "date") return plainDay(value);
  if (type === "instant") return when(value);
  if (type === "choice") return choices?.find((choice) => choice.value === value)?.title ?? spelled(value);
  return unit ? `${shown(value)} ${unit}` : shown(value);
}

export function instructions({ type, instructions: words, extra = {} }) {
  const asked = new Map((app.model.catalogue[type]?.extra ?? []).map((field) => [field.name, field]));
  const more = Object.entries(extra).filter(([, value]) => value !== null && value !== "");
  if (!words && !more.length) return nothing;
  // An order raised by a newer program may carry an answer whose question this tablet does not know yet.
  const line = ([name, value]) => {
    const field = asked.get(name) ?? { title: spelled(name) };
    return fact(field.title, answer(field, value));
  };
  return html`<section class="card wide">
    <h2>Instructions</h2>
    ${words ? html`<p class="instructions">${words}</p>` : nothing} ${facts(more.map(line))}
  </section>`;
}
