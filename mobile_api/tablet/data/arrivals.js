// Arrival seen by position: since when the tablet has been at an order that is being driven to. It is offered, and
// goes with the step that the technician notes; nothing is recorded for it by itself.

import { app, update } from "../lib/state.js";
import { isThere } from "../rules/nearby.js";
import { onFix } from "./position.js";

const since = new Map(); // order number → when the stay began, ISO

function look(fix) {
  const fence = app.model?.settings.geofence_m;
  for (const order of app.model?.orders.values() ?? []) {
    const there = order.progress === "en_route" && isThere(fix.position, order.premise?.position, fence);
    if (!there) since.delete(order.number);
    else if (!since.has(order.number)) since.set(order.number, new Date(fix.at).toISOString());
  }
  update();
}

onFix(look);

// Since when the tablet has been at the order, or null.
export const hereSince = (order) => (order.progress === "en_route" ? (since.get(order.number) ?? null) : null);

export const forgetArrivals = () => since.clear();
