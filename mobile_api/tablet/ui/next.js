// The next stop, one press away: on top of the list, and at the foot of an order that is done.

import { hereSince } from "../data/arrivals.js";
import { inRouteOrder } from "../data/model.js";
import { lastFix } from "../data/position.js";
import { app } from "../lib/state.js";
import { served, t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { distance, when } from "../lib/words.js";
import { go, link } from "../lib/router.js";
import { directionsTo, platformOf } from "../rules/navigation.js";
import { currentOf, nextOf, wayTo } from "../rules/nearby.js";
import { underWay } from "../rules/progress.js";
import { icon } from "./icons.js";
import { acknowledgeAll, record, recordImplied } from "./steps.js";

const platform = platformOf(navigator.userAgent, navigator.maxTouchPoints);

// Record that the technician drives there, while the browser follows the link to the device's navigation.
function drive(event, order, href) {
  if (!href) event.preventDefault();
  recordImplied("go", order.number);
  if (app.route.params.number !== order.number) go("order", order.number);
}

export const directions = ({ premise }) =>
  directionsTo(premise?.position, premise?.address ?? "", platform, app.navigator);

const elsewhere = (href) => (href?.startsWith("http") ? "_blank" : nothing);

export function goLink(order) {
  const href = directions(order);
  return html`<a
    class="button primary"
    href=${href ?? link("order", order.number)}
    target=${elsewhere(href)}
    rel="noopener noreferrer"
    @click=${(event) => drive(event, order, href)}
    >${icon("navigate")} ${t("next.go")}</a
  >`;
}

export const directionsLink = (order) => {
  const href = directions(order);
  return href
    ? html`<a class="button" href=${href} target=${elsewhere(href)} rel="noopener noreferrer">${icon("pin")} ${t("place.directions")}</a>`
    : nothing;
};

// "0.8 mi, 4 min", or how far it is as the crow flies, or nothing.
function wayWords(order) {
  const route = app.model.routes.get(order.route_day);
  const index = route?.stops.findIndex((stop) => stop.order === order.number) ?? -1;
  const before = app.model.orders.get(route?.stops[index - 1]?.order)?.premise?.position ?? route?.geometry[0];
  const way = wayTo(order, route, lastFix()?.position, before);
  if (!way) return "";
  if (way.straight) return t("next.straight", { distance: distance(way.metres) });
  const minutes = t("order.minutes", { minutes: Math.max(1, Math.round(way.seconds / 60)) });
  return way.metres ? `${distance(way.metres)}, ${minutes}` : minutes;
}

const orders = () => inRouteOrder([...app.model.orders.values()]);

const place = (order, title) => html`<span class="next-place">
  <small>${title}</small><b>${order.premise?.address ?? order.number}</b>
  <small>${[served(order.title), wayWords(order)].filter(Boolean).join(" · ")}</small>
</span>`;

// At the foot of an order that is over.
export function nextStop(over) {
  const order = nextOf(orders().filter(({ number }) => number !== over.number));
  if (!order) return nothing;
  return html`<div class="actions next-stop" role="group" aria-label=${t("next.stop")}>
    ${place(order, t("next.stop"))}
    <a class="button" href=${link("order", order.number)}>${t("next.open")}</a> ${goLink(order)}
  </div>`;
}

const isOpen = (order) => app.route.params.number === order?.number;

function offer(order) {
  const seen = hereSince(order);
  return html`${place(order, seen ? t("order.here_since", { when: when(seen) }) : t("next.current"))}
    ${seen ? html`<button ?disabled=${app.recording} @click=${() => record("on_site", order)}>${t("next.on_site")}</button>` : nothing}
    <a class="button primary" href=${link("order", order.number)}>${t("next.open")}</a>`;
}

// What is ahead, on the map: the stop under way, or the next one with Go.
export const goRow = (order) =>
  html`<div class="next-row">${underWay(order.progress) && order.progress !== "suspended" ? offer(order) : html`${place(order, t("next.stop"))} ${goLink(order)}`}</div>`;

// On top of the list: what is being worked, else the next stop; and everything new with one press.
export function nextCard() {
  const all = orders();
  const fresh = all.filter(({ bucket, progress, cancelled, recalled }) => bucket === "todo" && progress === "new" && !cancelled && !recalled);
  const current = currentOf(all);
  const next = current ? null : nextOf(all);
  const shown = !isOpen(current ?? next) && (current ?? next);
  if (!shown && fresh.length < 2) return nothing;
  return html`<div class="next-card">
    ${fresh.length > 1 ? html`<button class="wide" ?disabled=${app.recording} @click=${() => acknowledgeAll(fresh)}>${icon("check")} ${t("list.acknowledge_all", { count: fresh.length })}</button>` : nothing}
    ${shown ? goRow(shown) : nothing}
  </div>`;
}
