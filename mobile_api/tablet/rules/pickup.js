// What a pickup needs, and what its fact says. Pure.

import { extrasOf } from "./form.js";

// Codes of the order types that may be asked for by name.
export const requests = (catalogue) =>
  Object.values(catalogue)
    .filter(({ pickups = [] }) => pickups.includes("request"))
    .map(({ code }) => code);

const text = (value) => String(value ?? "").trim();

// Names of what is still to be answered, in the order of the form.
export function missing({ kind, type, words }) {
  const open = [];
  if (!kind) open.push("kind");
  if (kind === "request" && !type) open.push("type");
  if (!text(words)) open.push("words");
  return open;
}

export const pickupBody = ({ values, photos }) => ({
  kind: values.kind,
  type: values.kind === "request" ? values.type : null,
  words: text(values.words),
  serial: text(values.serial).toUpperCase() || null,
  address: text(values.address) || null,
  urgent: Boolean(values.urgent),
  photos: extrasOf({ values, photos }),
});
