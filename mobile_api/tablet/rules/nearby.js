// Where the technician is against where the work is. Pure: positions are [longitude, latitude] in degrees, lengths metres.

import { underWay } from "./progress.js";

const METRES_A_DEGREE = 111_320;
const AT_THE_STOP_M = 400; // farther than this from the stop before, its drive is no longer the one ahead
const USUAL_FENCE_M = 100;

export function metresBetween([lonA, latA], [lonB, latB]) {
  const east = (lonB - lonA) * Math.cos(((latA + latB) / 2) * (Math.PI / 180));
  return Math.hypot(east, latB - latA) * METRES_A_DEGREE;
}

// Whether a fix lies within the district's radius around the premise. A fix worse than the radius says nothing.
export function isThere(fix, position, fence) {
  const radius = fence ?? USUAL_FENCE_M;
  if (!fix || !position || fix.accuracy_m > radius) return false;
  return metresBetween([fix.lon, fix.lat], position) <= radius;
}

// The order that is being worked: of those under way the one that something was last recorded about.
export function currentOf(orders) {
  const last = (order) => order.events.at(-1)?.at ?? "";
  return orders
    .filter((order) => order.bucket === "todo" && ["en_route", "on_site", "started"].includes(order.progress))
    .reduce((best, order) => (best && last(best) >= last(order) ? best : order), null);
}

// The next stop of orders in the order of the route: the first that is not begun, else the first that is paused.
export function nextOf(orders) {
  const open = orders.filter(({ bucket, cancelled, recalled }) => bucket === "todo" && !cancelled && !recalled);
  return open.find((order) => !underWay(order.progress)) ?? open.find((order) => order.progress === "suspended") ?? null;
}

// The way to an order: { metres, seconds } by the streets where the route's drive begins here, { metres, straight }
// from the fix otherwise, null when neither is known. `before` is the position of the stop before it on the route.
export function wayTo(order, route, fix, before) {
  const index = route?.stops.findIndex((stop) => stop.order === order.number) ?? -1;
  const stop = route?.stops[index];
  const away = fix && before ? metresBetween([fix.lon, fix.lat], before) : 0;
  if (stop?.drive_seconds && away <= AT_THE_STOP_M) {
    const steps = (route.steps ?? []).filter((step) => step.stop === index);
    const metres = steps.reduce((sum, step) => sum + (step.metres ?? 0), 0);
    return { metres: metres || null, seconds: stop.drive_seconds };
  }
  if (!fix || !order.premise?.position) return null;
  return { metres: metresBetween([fix.lon, fix.lat], order.premise.position), straight: true };
}
