// What a technician must notice now, whatever is on the screen. Pure.

import { mustChoose } from "./progress.js";

const EMERGENCY = 100; // the highest priority of an order
const OLD_MS = 12 * 60 * 60_000; // what was called off before is no news

const called = (order) => order.cancelled ?? order.recalled;
const decided = (order) => order.progress === "backed_out" || order.events.some(({ event }) => event === "cancel_seen");

function ofOrder(order, now) {
  const of = (kind) => ({ key: `${kind}:${order.number}:${order.epoch}`, kind, order });
  if (called(order)) {
    if (order.bucket === "done" || decided(order)) return null;
    const fresh = now - Date.parse(called(order).at) < OLD_MS;
    return fresh || mustChoose(order) ? of(order.cancelled ? "cancelled" : "recalled") : null;
  }
  return order.bucket === "todo" && order.progress === "new" && order.priority >= EMERGENCY ? of("emergency") : null;
}

// Alerts in the order of their weight: { key, kind: emergency | cancelled | recalled | message, order?, message? }.
// `unread` are messages of the office; `seen` are keys that somebody has pressed away; `now` is in milliseconds.
export function alertsOf(orders, unread, seen, now) {
  const weight = { emergency: 0, cancelled: 1, recalled: 1, message: 2 };
  const found = orders.map((order) => ofOrder(order, now)).filter(Boolean);
  found.push(...unread.map((message) => ({ key: `message:${message.id}`, kind: "message", message })));
  return found.filter(({ key }) => !seen.has(key)).sort((a, b) => weight[a.kind] - weight[b.kind]);
}

// Messages ring once; what changes the work rings until it is seen.
export const ringsOn = ({ kind }) => kind !== "message";
