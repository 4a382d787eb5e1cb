// The day on the map: the way, its stops, and what to do at each corner, all without signal.

import { inRouteOrder } from "../data/model.js";
import { app, update } from "../lib/state.js";
import { wordsOf } from "../lib/failures.js";
import { t } from "../lib/texts.js";
import { html, nothing, ref } from "../lib/view.js";
import { link } from "../lib/router.js";
import { distance, localDay } from "../lib/words.js";
import { DayMap } from "./daymap.js";
import { mapFiles, refreshMap } from "./mapfiles.js";

// The route to show: today's, else the next that is there.
export function routeNow() {
  const today = localDay(new Date());
  const days = [...app.model.routes.keys()].sort();
  return app.model.routes.get(days.find((day) => day >= today) ?? days.at(-1)) ?? null;
}

function stopsOf(route) {
  const wanted = new Map(route.stops.map((stop) => [stop.order, stop]));
  return inRouteOrder([...app.model.orders.values()].filter((order) => wanted.has(order.number)));
}

let shown = null;

// The same function at every drawing, so that the map stays when the page around it changes.
function onCanvas(element) {
  shown?.close();
  shown = element ? new DayMap(element) : null;
  shown?.open(mapFiles()).then(redraw, (error) => {
    app.ui.mapFailure = wordsOf(error);
    update();
  });
}

function redraw() {
  const route = app.model && routeNow();
  if (route) shown?.draw(route, stopsOf(route));
}

function stepsTo(route, index) {
  return route.steps
    .filter((step) => step.stop === index)
    .map(
      (step) =>
        html`<li><span>${step.text}</span>${step.metres ? html`<small>${distance(step.metres)}</small>` : nothing}</li>`,
    );
}

function leg(route, stop, index) {
  const order = app.model.orders.get(stop.order);
  return html`<li class="leg" data-bucket=${order?.bucket ?? "gone"}>
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

function files() {
  const { mapState: state, mapFailure, mapKept } = app.ui;
  if (state) return html`<p class="strip" role="status">${t("map.fetching", { state })}</p>`;
  if (mapFailure) return html`<p class="strip" data-tone="warn" role="status">${mapFailure}</p>`;
  if (mapKept === false)
    return html`<p class="strip" role="status">${t("map.none")}</p>`;
  return mapKept ? html`<p class="strip" role="status">${t("map.kept")}</p>` : nothing;
}

export function mapPane() {
  const route = routeNow();
  if (!route)
    return html`<section class="pane single" data-page>
      <header class="page-head"><h1>${t("map")}</h1></header>
      <p class="empty"><b>${t("map.no_route")}</b> ${t("map.no_route_advice")}</p>
    </section>`;
  queueMicrotask(redraw);
  return html`<section class="pane single map-page" data-page>
    <header class="page-head">
      <h1>${t("map")}</h1>
      <button class="small" @click=${refreshMap}>${t("map.update")}</button>
    </header>
    ${files()}
    <div class="map-and-way">
      <div class="map-canvas" ${ref(onCanvas)} role="application" aria-label=${t("map.of_day")}></div>
      <ol class="way" aria-label=${t("map.way")}>
        ${route.stops.map((stop, index) => leg(route, stop, index))}
      </ol>
    </div>
    ${
      route.geometry.length
        ? nothing
        : html`<p class="quiet">${t("map.no_way")}</p>`
    }
  </section>`;
}
