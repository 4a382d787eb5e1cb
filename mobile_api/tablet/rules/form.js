// A form drawn from a descriptor: what is asked, what is missing, and the answers as the wire wants them. Pure.

import { judgeRead, limitsFor, sameSerial } from "./reads.js";

// Fields that are asked, given what was answered so far.
export const asked = (fields, values) =>
  fields.filter(({ only_if: rule }) => !rule || values[rule.field] === rule.equals);

// Sections in the descriptor's order, each with its fields.
export function sections(fields) {
  const found = [];
  for (const field of fields) {
    const title = field.section ?? "";
    if (found.at(-1)?.title !== title) found.push({ title, fields: [] });
    found.at(-1).fields.push(field);
  }
  return found;
}

const blank = (value) =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length);

const EXTRA = /^extra_(\d+)\.jpg$/;
export const MOST_EXTRAS = 20;
export const captionOf = (name) => `caption:${name}`;

// Names of the photos that no question asked for, in the order they were taken, and the next free one.
export const extraPhotos = (photos) =>
  Object.keys(photos)
    .filter((name) => EXTRA.test(name))
    .sort((one, other) => Number(EXTRA.exec(one)[1]) - Number(EXTRA.exec(other)[1]));

export function nextExtra(photos) {
  const last = extraPhotos(photos).at(-1);
  return `extra_${last ? Number(EXTRA.exec(last)[1]) + 1 : 1}.jpg`;
}

// What a fact says of them.
export const extrasOf = ({ photos, values }) =>
  extraPhotos(photos).map((name) => ({ name, caption: values[captionOf(name)]?.trim() || null }));

// What is wrong with an answer that is still being typed, and that no further key can mend; as { code, … } or null.
export function malformed(field, typed, limits) {
  if (blank(typed)) return null;
  const text = String(typed).trim();
  if (field.type === "read") return judgeRead(text, limits).problem ?? null;
  if (field.type !== "number") return null;
  if (!/^-?\d*\.?\d*$/.test(text)) return { code: "problem.number" };
  return field.max !== undefined && Number(text) > field.max ? numberProblem(field, text) : null;
}

// An amount of money that no further key can mend.
export const malformedAmount = (typed) => !/^\$?[\d,]*(\.\d{0,2})?$/.test(typed ?? "");

// The most that one payment can be, here as at the office.
export const PAYMENT_MAX_CENTS = 100_000_000;

// What is wrong with the amount of a payment, in cents or null, as { code }; null when nothing is.
export function amountProblem(cents) {
  if (!cents) return { code: "pay.amount_needed" };
  return cents > PAYMENT_MAX_CENTS ? { code: "pay.amount_most" } : null;
}

export const photoName = (field) => `${field.name}.jpg`;
export const checkPhoto = (field) => `${field.name}_check.jpg`;

// Why a serial should be looked at again, as { code, ...params }, or null.
export function serialDoubt(field, typed, order, van) {
  if (blank(typed)) return null;
  if (field.means === "serial_seen") {
    const installed = order.meter?.serial;
    return !installed || sameSerial(typed) === sameSerial(installed) ? null : { code: "serial.other", installed };
  }
  if (sameSerial(typed) === sameSerial(order.meter?.serial)) return { code: "serial.old" };
  return (van ?? []).some((meter) => sameSerial(meter.serial) === sameSerial(typed))
    ? null
    : { code: "serial.not_on_van" };
}

// A doubted value stands when it was typed a second time the same.
const confirmed = (field, values) =>
  sameSerial(values[`${field.name}:again`]) === sameSerial(values[field.name]);

// What is wrong with one field, as { code, ...params }, or null.
function problemOf(field, form, order, fields, van) {
  const value = form.values[field.name];
  if (field.type === "photo")
    return field.required && !form.photos[photoName(field)] ? { code: "problem.photo" } : null;
  if (blank(value)) return field.required ? { code: "problem.needed" } : null;
  if (field.must !== undefined && value !== field.must) return { code: field.otherwise };
  if (field.type === "read") {
    const { problem, doubt } = judgeRead(value, limitsFor(field, order, form.values, fields, van));
    if (problem) return problem;
    if (doubt && !confirmed(field, form.values)) return { code: "problem.read_again" };
    return doubt && !form.photos[checkPhoto(field)] ? { code: "problem.photo_dials" } : null;
  }
  if (field.type === "serial")
    return serialDoubt(field, value, order, van) && !confirmed(field, form.values)
      ? { code: "problem.serial_again" }
      : null;
  if (field.type === "number") return numberProblem(field, value);
  if (field.type === "flows") return value.some((flow) => !flowComplete(flow)) ? { code: "problem.flows" } : null;
  if (field.type === "choice") return contradiction(field, value, form.values, fields);
  return null;
}

// An outcome says how it ended, and the answers before it say so too: both cannot be true when they differ.
function contradiction({ choices }, value, values, fields) {
  const chosen = choices.find((choice) => choice.value === value);
  const given = chosen?.needs && values[chosen.needs.field];
  if (blank(given) || given === chosen.needs.equals) return null;
  const question = fields.find((field) => field.name === chosen.needs.field)?.title ?? chosen.needs.field;
  return { code: "problem.contradiction", outcome: chosen.title, question };
}

function numberProblem({ min, max, unit }, typed) {
  const value = Number(String(typed).trim());
  if (!Number.isFinite(value)) return { code: "problem.number" };
  if ((min !== undefined && value < min) || (max !== undefined && value > max))
    return { code: "problem.range", min: min ?? "…", max: max ?? "…", unit: unit ?? "" };
  return null;
}

const flowComplete = (flow) =>
  [flow.gpm, flow.as_found?.meter, flow.as_found?.standard].every(
    (value) => Number.isFinite(Number(value)) && !blank(value),
  );

// Every problem of a form by field name.
export function problems(fields, form, order, van) {
  const found = {};
  for (const field of asked(fields, form.values)) {
    const problem = problemOf(field, form, order, fields, van);
    if (problem) found[field.name] = problem;
  }
  return found;
}

const plainFlow = ({ gpm, as_found, as_left }) => {
  const pair = (volumes) =>
    blank(volumes?.meter) && blank(volumes?.standard)
      ? null
      : { meter: Number(volumes.meter), standard: Number(volumes.standard) };
  return { gpm: Number(gpm), as_found: pair(as_found), as_left: pair(as_left) };
};

// A serial as the records spell it when they know it, else as it was typed.
function spelledSerial(typed, known) {
  return known.find((serial) => sameSerial(serial) === sameSerial(typed)) ?? typed.trim().toUpperCase();
}

function answerOf(field, form, known) {
  const value = form.values[field.name];
  if (field.type === "photo") return form.photos[photoName(field)] ? photoName(field) : undefined;
  if (blank(value)) return undefined;
  if (field.type === "read" || field.type === "number") return Number(String(value).trim());
  if (field.type === "flows") return value.map(plainFlow);
  if (field.type === "serial") return spelledSerial(value, known);
  return typeof value === "string" ? value.trim() : value;
}

// `answers`, and the common keys that repeat the answers of those meanings. `known`: serials on record.
export function answersOf(fields, form, known = []) {
  const answers = {};
  const common = { serial_seen: null, read: null, left: null, seal: null, lock: null };
  for (const field of asked(fields, form.values)) {
    const answer = answerOf(field, form, known);
    if (answer === undefined) continue;
    answers[field.name] = answer;
    if (field.means)
      common[field.means] =
        field.means === "left" && typeof answer === "boolean" ? (answer ? "on" : "off") : answer;
  }
  return { answers, common };
}
