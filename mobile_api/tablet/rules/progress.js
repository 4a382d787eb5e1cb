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

// The one big button of each state, and the step beside it for whoever wants to note it by itself.
const NEXT = {
  new: { main: "go", beside: "acknowledged" },
  acknowledged: { main: "go", beside: "en_route" },
  en_route: { main: "complete", beside: "on_site" },
  on_site: { main: "complete" },
  started: { main: "complete" },
  suspended: { main: "resumed" },
};

// The steps that a press implies and that were not noted yet.
const IMPLIED = {
  go: { new: ["acknowledged", "en_route"], acknowledged: ["en_route"] },
  complete: { en_route: ["on_site", "started"], on_site: ["started"] },
};

// Progress after events given in the order they were written.
export function progressOf(events) {
  return events.reduce((progress, event) => AFTER[event] ?? progress, "new");
}

export const nextStep = (progress) => NEXT[progress] ?? null;
export const impliedSteps = (main, progress) => IMPLIED[main]?.[progress] ?? [];
export const underWay = (progress) => ["en_route", "on_site", "started", "suspended"].includes(progress);
export const arrived = (progress) => ["on_site", "started", "suspended"].includes(progress);
export const finished = (progress) => ["completed", "unable", "backed_out"].includes(progress);

// When a step was first taken, from its event documents.
export const timeOf = (events, kind) => events.find((event) => event.event === kind)?.at ?? null;

// When the technician arrived: pressed, or else seen by position. A step that was only noted because the form was
// opened says nothing of the arrival, and no time is made up for it.
export function arrivedAt(events) {
  const step = events.find((event) => event.event === "on_site");
  if (!step) return null;
  return step.body?.noted === "form" ? (step.body.seen_at ?? null) : step.at;
}

// A cancel or recall that reaches a technician already under way must be decided by that technician, once.
export function mustChoose(order) {
  if (!order.cancelled && !order.recalled) return false;
  if (!underWay(order.progress)) return false;
  return !order.events.some((event) => event.event === "cancel_seen");
}
