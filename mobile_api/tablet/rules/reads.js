// A read judged at the meter, while the dials can still be looked at. Pure.

// `limits`: { dials, expected: {low, high} | null, previous: number | null }. Answers { value }, and either a
// `problem` (it cannot be a read) or a `doubt` (look again, then it stands).
export function judgeRead(typed, { dials, expected = null, previous = null }) {
  const text = String(typed ?? "").trim();
  if (!text) return { value: null };
  if (!/^\d+$/.test(text)) return { value: null, problem: "Type only the digits that the dials show." };
  if (text.length > dials)
    return { value: null, problem: `This meter has ${dials} dials; ${text.length} digits were typed.` };
  const value = Number(text);
  const wraps = expected && expected.low > expected.high;
  if (previous !== null && value < previous && !(wraps && value <= expected.high))
    return { value, doubt: "Lower than the last read." };
  if (expected && !within(value, expected))
    return { value, doubt: value < expected.low ? "Less than expected." : "More than expected." };
  return { value };
}

// A register near its end may be expected beyond it: the span then goes through zero.
const within = (value, { low, high }) =>
  low <= high ? value >= low && value <= high : value >= low || value <= high;

// The latest read on record, or null.
export function lastRead(order) {
  const reads = [...(order.reads ?? [])].sort((a, b) => b.at.localeCompare(a.at));
  return reads.length ? reads[0].value : null;
}

// What a read field of this order is held against: the installed meter, or the one being installed.
export function limitsFor(field, order, values, fields, van) {
  if (field.means === "read")
    return { dials: order.meter?.dials ?? 9, expected: order.expected ?? null, previous: lastRead(order) };
  const serials = fields
    .filter((other) => other.type === "serial")
    .map((other) => sameSerial(values[other.name]));
  const fitted = (van ?? []).find(
    (meter) =>
      serials.includes(sameSerial(meter.serial)) &&
      sameSerial(meter.serial) !== sameSerial(order.meter?.serial),
  );
  return { dials: fitted?.dials ?? 9 };
}

// Serials are compared without spaces, dashes and case, as people type them.
export const sameSerial = (text) =>
  String(text ?? "")
    .replaceAll(/[\s-]/g, "")
    .toUpperCase();
