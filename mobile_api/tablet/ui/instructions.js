// What the office wants done: its own words, and the answers to what its form for this order type asked.
// Only what the type declares is shown: the rest of an order is not written for the person at the door.

import { app } from "../lib/state.js";
import { said, served, t } from "../lib/texts.js";
import { nothing } from "../lib/view.js";
import { money, plainDay, spelled, when } from "../lib/words.js";
import { fact } from "./facts.js";

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

// What to do, and the office's answers as facts; of both there may be nothing.
export function asked({ type, instructions: english, instructions_said: others, extra }) {
  const fields = (app.model.catalogue[type]?.extra ?? []).filter(({ name }) => !missing(extra?.[name]));
  return { words: said(english, others), lines: fields.map((field) => line(field, extra[field.name])) };
}
