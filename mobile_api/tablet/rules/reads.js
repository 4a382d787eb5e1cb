// A read judged at the meter, while the dials can still be looked at. Pure; what it finds are codes for the texts.

// `limits`: { dials, expected: {low, high} | null, previous: number | null }. Answers { value }, and either a
// `problem` (it cannot be a read) or a `doubt` (look again, then it stands), each { code, ...params }.
export function judgeRead(typed, { dials, expected = null, previous = null }) {
  const text = String(typed ?? "").trim();
  if (!text) return { value: null };
  if (!/^\d+$/.test(text)) return { value: null, problem: { code: "read.digits_only" } };
  if (text.length > dials)
    return { value: null, problem: { code: "read.too_many", dials, typed: text.length } };
  const value = Number(text);
  const doubt = doubtOf(value, { expected, previous, around: 10 ** dials });
  return doubt ? { value, doubt: { code: `read.${doubt}` } } : { value };
}

// Counted on from the last read, through zero where the register ends: the span that is expected may lie on either
// side of it, or reach over it.
function doubtOf(value, { expected, previous, around }) {
  if (expected && within(value, expected)) return null;
  if (previous === null) return expected ? (value < expected.low ? "less" : "more") : null;
  const used = (until) => (((until - previous) % around) + around) % around;
  const mostUsed = expected ? used(expected.high) : -1;
  if (value < previous) return used(value) <= mostUsed ? null : "lower";
  if (!expected) return null;
  return used(value) > mostUsed ? "more" : "less";
}

// A register near its end may be expected beyond it: the span then goes through zero.
const within = (value, { low, high }) =>
  low <= high ? value >= low && value <= high : value >= low || value <= high;

// The reads of the meter that is there: those of one before it say nothing about its dials.
export const readsOfMeter = ({ meter, reads }) =>
  (reads ?? []).filter(({ serial }) => serial === undefined || serial === meter?.serial);

// The latest read on record of the installed meter, or null.
export function lastRead(order) {
  const reads = readsOfMeter(order).sort((a, b) => b.at.localeCompare(a.at));
  return reads.length ? reads[0].value : null;
}

// What a read field of this order is held against: the installed meter, or the one being installed.
export function limitsFor(field, order, values, fields, van) {
  if (field.register)
    return {
      dials: field.register.dials,
      expected: field.register.expected ?? null,
      previous: field.register.last ?? null,
    };
  if (field.means === "read")
    return { dials: order.meter?.dials ?? 9, expected: order.expected ?? null, previous: lastRead(order) };
  return { dials: fittedMeter(order, values, fields, van)?.dials ?? 9 };
}

// The meter of the van that the answers say goes in, or undefined.
function fittedMeter(order, values, fields, van) {
  const serials = fields
    .filter((other) => other.type === "serial")
    .map((other) => sameSerial(values[other.name]));
  return (van ?? []).find(
    (meter) =>
      serials.includes(sameSerial(meter.serial)) &&
      sameSerial(meter.serial) !== sameSerial(order.meter?.serial),
  );
}

// The form's questions with one more read for each further register of the meter that a read field is about.
export function withRegisters(fields, order, values, van) {
  return fields.flatMap((field) => {
    if (field.type !== "read") return [field];
    const there = field.means === "read";
    const meter = there ? order.meter : fittedMeter(order, values, fields, van);
    const registers = (meter?.registers ?? []).map((register) => ({
      ...field,
      name: `${there ? "" : "new_"}register_${register.code}`,
      title: register.title,
      help: field.help,
      means: undefined,
      register,
      fresh: !there,
    }));
    return [field, ...registers];
  });
}

// What a completion says of them, beside its answers.
export function registersOf(fields, values) {
  const found = {};
  for (const { name, register, fresh } of fields) {
    const typed = String(values[name] ?? "").trim();
    if (!register || !typed) continue;
    const key = fresh ? "new_registers" : "registers";
    found[key] = { ...found[key], [register.code]: Number(typed) };
  }
  return found;
}

// Serials are compared without spaces, dashes and case, as people type them.
export const sameSerial = (text) =>
  String(text ?? "")
    .replaceAll(/[\s-]/g, "")
    .toUpperCase();
