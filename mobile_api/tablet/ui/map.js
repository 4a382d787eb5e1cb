// The day on the map: the way, its stops, where the technician is, and what to do at each corner, all without signal.

import { inRouteOrder } from "../data/model.js";
import { beginWatching, lastFix, onFix } from "../data/position.js";
import { app, say, update } from "../lib/state.js";
import { wordsOf } from "../lib/failures.js";
import { said, t } from "../lib/texts.js";
import { html, nothing, ref } from "../lib/view.js";
import { link } from "../lib/router.js";
import { distance, localDay, shortDistance } from "../lib/words.js";
import { currentOf, nextOf } from "../rules/nearby.js";
import { DayMap } from "./daymap.js";
import { icon } from "./icons.js";
import { mapFiles, refreshMap } from "./mapfiles.js";
import { goRow } from "./next.js";

// The route to show: today's, else the next that is there.
function routeNow() {
  const today = localDay(new Date());
  const days = [...app.model.routes.keys()].sort();
  return app.model.routes.get(days.find((day) => day >= today) ?? days.at(-1)) ?? null;
}

const ofDay = (route) => {
  const wanted = new Set(route.stops.map((stop) => stop.order));
  return inRouteOrder([...app.model.orders.values()].filter((order) => wanted.has(order.number)));
};

// The order that is driven to or worked, else the next one.
const aheadOf = (orders) => currentOf(orders) ?? nextOf(orders);

let shown = null;

// The same function at every drawing, so that the map stays when the page around it changes.
function onCanvas(element) {
  shown?.close();
  shown = element ? new DayMap(element) : null;
  shown?.open(mapFiles(), app.model.settings.units).then(redraw, (error) => {
    app.ui.mapFailure = wordsOf(error);
    update();
  });
}

function redraw() {
  const route = app.model && routeNow();
  if (!route) return;
  const orders = ofDay(route);
  const placed = orders.filter((order) => order.premise?.position);
  shown?.draw(route, placed, { next: aheadOf(orders)?.number ?? null, fix: lastFix()?.position ?? null });
}

onFix(() => app.route.name === "map" && update());

function stepsTo(route, index) {
  return route.steps
    .filter((step) => step.stop === index)
    .map(
      (step) =>
        html`<li><span>${said(step.text, step.said)}</span>${step.metres ? html`<small>${distance(step.metres)}</small>` : nothing}</li>`,
    );
}

function leg(route, stop, index, next) {
  const order = app.model.orders.get(stop.order);
  return html`<li class="leg" data-bucket=${order?.bucket ?? "gone"} data-next=${stop.order === next}>
    <details ?open=${index === app.ui.openLeg}>
      <summary @click=${() => (app.ui.openLeg = index)}>
        <b>${stop.sequence}</b> ${order?.premise?.address ?? stop.order}
        <small>${stop.drive_seconds ? t("order.minutes", { minutes: Math.max(1, Math.round(stop.drive_seconds / 60)) }) : ""}</small>
      </summary>
      <ol class="steps">${stepsTo(route, index)}</ol>
      ${order ? html`<a class="button" href=${link("order", order.number)}>${t("map.open_order")}</a>` : nothing}
    </details>
  </li>`;
}

function files(route) {
  const { mapState: state, mapFailure, mapKept } = app.ui;
  const kept = mapKept === false ? t("map.none") : mapKept ? t("map.kept") : "";
  const words = state ? t("map.fetching", { state }) : (mapFailure ?? kept);
  return html`<div class="map-files">
    <p class="quiet" role="status">${words || (route.geometry.length ? "" : t("map.no_way"))}</p>
    <button class="small" @click=${refreshMap}>${t("map.update")}</button>
  </div>`;
}

function whereAmI() {
  const fix = lastFix();
  if (fix) return html`<p class="map-fix" role="status">${t("map.accuracy", { distance: shortDistance(fix.position.accuracy_m) })}</p>`;
  return html`<p class="map-fix" role="status">
    ${t("map.no_position")}<button class="small" @click=${beginWatching}>${t("map.find_me")}</button>
  </p>`;
}

function find() {
  beginWatching();
  if (!shown?.find()) say(t("map.no_position"));
}

function toggleFull() {
  app.ui.fullMap = !app.ui.fullMap;
  update();
  setTimeout(() => shown?.resize());
}

function tools() {
  const full = t(app.ui.fullMap ? "map.leave_full" : "map.full");
  return html`<div class="map-tools">
    <button @click=${find} aria-label=${t("map.find_me")} title=${t("map.find_me")}>${icon("target")}</button>
    <button @click=${toggleFull} aria-pressed=${Boolean(app.ui.fullMap)} aria-label=${full} title=${full}>${icon(app.ui.fullMap ? "cross" : "full")}</button>
  </div>`;
}

function sheet(route) {
  const orders = ofDay(route);
  const ahead = aheadOf(orders);
  const left = orders.filter(({ bucket }) => bucket === "todo").length;
  return html`<section class="sheet" data-open=${Boolean(app.ui.sheet)} aria-label=${t("map.way")}>
    <button class="sheet-handle" aria-expanded=${Boolean(app.ui.sheet)} @click=${() => ((app.ui.sheet = !app.ui.sheet), update())}>
      ${t("map.left", { count: left })} ${icon(app.ui.sheet ? "down" : "up")}
    </button>
    ${ahead ? goRow(ahead) : nothing}
    <ol class="way">
      ${route.stops.map((stop, index) => leg(route, stop, index, ahead?.number))}
    </ol>
    ${files(route)}
  </section>`;
}

export function mapPane() {
  const route = routeNow();
  if (!route)
    return html`<section class="pane single" data-page>
      <header class="page-head"><h1>${t("map")}</h1></header>
      <p class="empty"><b>${t("map.no_route")}</b> ${t("map.no_route_advice")}</p>
    </section>`;
  queueMicrotask(redraw);
  return html`<section class="pane single map-page" data-page data-full=${Boolean(app.ui.fullMap)}>
    <h1 class="unseen">${t("map")}</h1>
    <div class="map-and-way">
      <div class="map-room">
        <div class="map-canvas" ${ref(onCanvas)} role="application" aria-label=${t("map.of_day")}></div>
        ${whereAmI()} ${tools()}
      </div>
      ${sheet(route)}
    </div>
  </section>`;
}
