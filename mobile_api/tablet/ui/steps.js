// What a press records: the step itself, and the steps that it implies.

import { hereSince } from "../data/arrivals.js";
import { beginWatching } from "../data/position.js";
import { work } from "../data/open.js";
import { app, say, update } from "../lib/state.js";
import { t } from "../lib/texts.js";
import { wordsOf } from "../lib/failures.js";
import { impliedSteps } from "../rules/progress.js";

let writing = Promise.resolve();

// Do something that writes facts. A second press while the first is being kept does nothing, on whatever page it is
// made. Answers whether it was kept; `failed` words a failure by its reason.
export function keep(write, failed = (reason) => t("not_recorded", { reason })) {
  if (app.recording) return Promise.resolve(false);
  app.recording = true;
  update();
  const kept = writeOrSay(write, failed);
  writing = kept;
  return kept;
}

async function writeOrSay(write, failed) {
  let kept = true;
  try {
    beginWatching();
    await write();
  } catch (error) {
    kept = false;
    say(failed(wordsOf(error)), "danger");
  }
  app.recording = false;
  update();
  return kept;
}

// How a step came to be noted, and since when the tablet had been there by its own position.
function noted(step, order, how) {
  const seen = step === "on_site" ? hereSince(order) : null;
  return { ...(how && { noted: how }), ...(seen && { seen_at: seen }) };
}

// Record one fact without a form.
export const record = (event, order, body = noted(event, order)) => keep(() => work.writer.write(event, order, body));

// Record one fact about an order, or about the day where `order` is null.
export const recordFor = (order, event, body) => keep(() => work.writer.write(event, order, body));

// Record what pressing `main` (go, complete) implies for the order of that number. Every event has the time at which it
// is noted, and says that it was noted with another press. A press that comes while the one before is being written
// waits for it: these are links, which cannot be disabled, and what they lead to would begin without its step.
export async function recordImplied(main, number) {
  while (app.recording) await writing;
  const order = app.model?.orders.get(number);
  if (!order) return false;
  return keep(async () => {
    const steps = impliedSteps(main, order.progress);
    const how = main === "go" ? "go" : "form";
    const own = main === "go" ? "en_route" : "started";
    for (const step of steps) await work.writer.write(step, order, noted(step, order, step === own ? null : how));
  });
}

export const acknowledgeAll = (orders) =>
  keep(async () => {
    for (const order of orders) await work.writer.write("acknowledged", order, { noted: "all" });
    say(t("list.acknowledged_all", { count: orders.length }), "ok");
  });
