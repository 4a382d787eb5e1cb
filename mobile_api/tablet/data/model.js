// From documents to what the pages show. Pure: a map of documents in, plain values out.

import { codesEntered } from "../rules/codes.js";
import { progressOf, underWay } from "../rules/progress.js";

const FINISHED = new Set(["completed", "exception", "closed", "rejected", "unable", "superseded"]);
const FALLBACK = { district: "Curbstop", timezone: undefined, photo: {}, payment: {}, unable_reasons: [] };

// Of the leaves of one document, the winner first, the one that the server published last. The protocol's winner is
// the longest history, and that is the older one after a database was made anew.
export const newestLeaf = (leaves) =>
  leaves.reduce((best, leaf) => ((leaf.server_seq ?? 0) > (best.server_seq ?? 0) ? leaf : best));

// The order in which events happened. A tablet numbers its own; between two tablets of one technician their times
// decide, each moved by what its clock was found to be off, and never back behind an earlier number of that tablet.
export function inTimeOrder(events) {
  const times = new Map();
  const reached = new Map();
  for (const event of [...events].sort((a, b) => a.counter - b.counter)) {
    const stated = Date.parse(event.at) + (event.clock?.offset_ms ?? 0);
    const time = Math.max(stated || 0, reached.get(event.device) ?? 0);
    reached.set(event.device, time);
    times.set(event, time);
  }
  return [...times.keys()].sort((a, b) => times.get(a) - times.get(b) || a.counter - b.counter);
}

// `kept`: orders by number as they were when work on them last went on.
export function readModel(docs, kept = new Map()) {
  const model = {
    orders: new Map(),
    events: new Map(),
    history: [], // every event in the order in which they happened
    acks: new Map(),
    receipts: [],
    routes: new Map(),
    messages: [], // in both directions, in the order in which they were written
    technician: docs.get("ref:technician") ?? { name: "", van: [], skills: [] },
    catalogue: docs.get("ref:catalogue")?.types ?? {},
    fees: docs.get("ref:fees") ?? { rule_set: null, fees: [] },
    settings: { ...FALLBACK, ...docs.get("ref:settings") },
  };
  const all = [...docs.values()];
  model.history = inTimeOrder(all.filter((doc) => doc.kind === "event"));
  for (const doc of model.history) addEvent(model, doc);
  for (const doc of all) {
    if (doc.kind === "ack") model.acks.set(doc.event, doc);
    else if (doc.kind === "route") model.routes.set(doc.day, doc);
    else if (doc.kind === "order")
      model.orders.set(doc.number, describe(doc, model.events.get(doc.number) ?? [], kept.get(doc.number)));
  }
  model.messages = messagesOf(all);
  model.receipts.reverse();
  return model;
}

function addEvent(model, doc) {
  if (!model.events.has(doc.order)) model.events.set(doc.order, []);
  model.events.get(doc.order).push(doc);
  if (doc.event === "payment" || doc.event === "receipt_void") model.receipts.push(doc);
}

// Every message once: what this tablet wrote shows from its own event until the server's document is here.
function messagesOf(docs) {
  const known = docs.filter((doc) => doc.kind === "message");
  const arrived = new Set(known.map((doc) => doc.event));
  const own = docs
    .filter((doc) => doc.kind === "event" && doc.event === "message" && !arrived.has(doc._id))
    .map((doc) => ({ id: null, from: "technician", order: doc.order, at: doc.at, event: doc._id, read_at: null, ...doc.body }));
  const read = new Set(docs.filter((doc) => doc.event === "messages_read").flatMap((doc) => doc.body.messages));
  return [...known.map((doc) => ({ ...doc, read_here: read.has(doc.id) })), ...own].sort((a, b) => a.at.localeCompare(b.at));
}

// What the office wrote and nobody has read on a tablet.
export const unreadOf = (messages) => messages.filter(({ from, read_at, read_here }) => from === "office" && !read_at && !read_here);

// An order with the tablet's own view of it: `progress`, and `bucket` todo | done | gone.
function describe(doc, events, kept) {
  const own = events.filter((event) => event.epoch === doc.epoch && event.event !== "pickup");
  const progress = progressOf(own.map((event) => event.event));
  const { recalledAt, releasedUntil } = codesEntered(own);
  const known = withKept(doc, kept, progress);
  // What the office said on the telephone holds until its own document says more.
  const recalled = known.recalled ?? (recalledAt ? { at: recalledAt, by_code: true } : null);
  const whole = { ...known, recalled, releasedUntil };
  return { ...whole, events: own, progress, bucket: bucketOf(whole, progress) };
}

// What is left of an order that was taken back has no address. Whoever is on the way to it still needs that, until
// the work is finished or given up.
const withKept = (doc, kept, progress) =>
  isRecalled(doc) && !doc.premise && kept?.epoch === doc.epoch && underWay(progress) ? { ...kept, ...doc } : doc;

const isRecalled = (doc) => Boolean(doc.recalled) || doc.state === "recalled";

function bucketOf(doc, progress) {
  if (progress === "completed" || progress === "unable") return "done";
  if (progress === "backed_out") return "gone";
  if (isRecalled(doc)) return doc.premise && underWay(progress) ? "todo" : "gone";
  if (doc.cancelled) return ["new", "acknowledged"].includes(progress) ? "gone" : "todo";
  return FINISHED.has(doc.state) ? "done" : "todo";
}

// The day's order of work: route day, then place in the route, then the most urgent.
export function inRouteOrder(orders) {
  const key = (order) => [
    order.route_day ?? "9999",
    order.sequence ?? 9999,
    -(order.priority ?? 0),
    order.number,
  ];
  return [...orders].sort((a, b) => {
    const [left, right] = [key(a), key(b)];
    const index = left.findIndex((value, place) => value !== right[place]);
    if (index < 0) return 0;
    return left[index] < right[index] ? -1 : 1;
  });
}

// What a person might type to find an order.
export function matches(order, typed) {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return true;
  const words = [
    order.number,
    order.title,
    order.premise?.address,
    order.meter?.serial,
    order.account?.number,
    order.account?.name,
  ];
  return words.some((word) => word?.toLowerCase().includes(wanted));
}
