// Where an order stands on this tablet, and what may come next. Pure.

const AFTER = {
  acknowledged: "acknowledged",
  en_route: "en_route",
  on_site: "on_site",
  started: "started",
  suspended: "suspended",
  resumed: "started",
  completed: "completed",
  unable: "unable",
  backed_out: "backed_out",
};

// The one big button of each state: the event it writes, or the form it opens.
const NEXT = {
  new: { event: "acknowledged" },
  acknowledged: { event: "en_route" },
  en_route: { event: "on_site" },
  on_site: { event: "started" },
  started: { form: "complete" },
  suspended: { event: "resumed" },
};

// Progress after events given in the order they were written.
export function progressOf(events) {
  return events.reduce((progress, event) => AFTER[event] ?? progress, "new");
}

export const nextStep = (progress) => NEXT[progress] ?? null;
export const underWay = (progress) => ["en_route", "on_site", "started", "suspended"].includes(progress);
export const arrived = (progress) => ["on_site", "started", "suspended"].includes(progress);
export const finished = (progress) => ["completed", "unable", "backed_out"].includes(progress);

// When a step was first taken, from its event documents.
export const timeOf = (events, kind) => events.find((event) => event.event === kind)?.at ?? null;

// A cancel or recall that reaches a technician already under way must be decided by that technician, once.
export function mustChoose(order) {
  if (!order.cancelled && !order.recalled) return false;
  if (!underWay(order.progress)) return false;
  return !order.events.some((event) => event.event === "cancel_seen");
}
