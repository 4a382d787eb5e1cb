// A technician's day, counted from the facts on the tablet. Pure; times are ISO, lengths of time in milliseconds.

const AFTER = { signed_on: "on", break: "break", back: "on", signed_off: "off" };

// `marks`: the day's events of kind `day`, oldest first. Answers where it stands, since when, and what was worked and rested.
export function dayOf(marks, now) {
  const day = { state: "off", since: null, began: null, worked_ms: 0, break_ms: 0 };
  const close = (at) => {
    const length = Math.max(0, at - Date.parse(day.since));
    if (day.state === "on") day.worked_ms += length;
    if (day.state === "break") day.break_ms += length;
  };
  for (const { at, body } of marks) {
    const next = AFTER[body.state];
    if (!next) continue;
    if (day.since) close(Date.parse(at));
    if (body.state === "signed_on") day.began ??= at;
    Object.assign(day, { state: next, since: at });
  }
  if (day.since) close(now);
  return day;
}

// What may be pressed next.
export const nextMarks = (state) => ({ off: ["signed_on"], on: ["break", "signed_off"], break: ["back"] })[state];

// Door payments held, by how they were paid, with their numbers: what is turned in. Void numbers bring no money.
export function custodyOf(receipts) {
  const slip = { cash: 0, check: 0, numbers: [], void: [] };
  for (const { body } of [...receipts].reverse()) {
    const { method, amount_cents: cents, number } = body.receipt;
    if (method === "void") slip.void.push(number);
    else {
      slip[method] = (slip[method] ?? 0) + cents;
      slip.numbers.push(number);
    }
  }
  return slip;
}

// The drives of the stops that are over, in metres by the route's own way; null when it has none.
export function drivenMetres(route, isOver) {
  const steps = route?.steps ?? [];
  if (!steps.length) return null;
  const over = new Set(route.stops.map((stop, index) => (isOver(stop.order) ? index : -1)));
  return steps.filter(({ stop }) => over.has(stop)).reduce((sum, { metres }) => sum + (metres ?? 0), 0);
}
