// The orders that work has begun on, as they were then: when the office takes one back, its technician still has to
// drive there, finish or undo what was begun, and the document that says so carries no address any more.

import { entries } from "../lib/idb.js";

const owner = (profile) => `${profile.technician.id}/`;

// By number.
export async function keptOrders(profile) {
  const prefix = owner(profile);
  const mine = (await entries("orders")).filter(([key]) => key.startsWith(prefix));
  return new Map(mine.map(([key, order]) => [key.slice(prefix.length), order]));
}

// The changes that keep an order with the fact that is written about it, or let go of it when that ends the work.
export function keeping(profile, order, over) {
  if (!order || (!order.premise && !over)) return [];
  const { events, progress, bucket, ...document } = order;
  return [["orders", owner(profile) + order.number, over ? undefined : document]];
}
