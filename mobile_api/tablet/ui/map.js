// The day on the map: the way, its stops, and what to do at each corner, all without signal.

import { inRouteOrder } from "../data/model.js";
import { app, update } from "../lib/state.js";
import { html, nothing, ref } from "../lib/view.js";
import { link } from "../lib/router.js";
import { localDay } from "../lib/words.js";
import { DayMap } from "./daymap.js";
import { mapFiles, refreshMap } from "./mapfiles.js";

// The route to show: today's, else the next that is there.
export function routeNow() {
  const today = localDay(new Date());
  const days = [...app.model.routes.keys()].sort();
  return app.model.routes.get(days.find((day) => day >= today) ?? days.at(-1)) ?? null;
}

const metres = (value) => (value >= 1000 ? `${(value / 1000).toFixed(1)} km` : `${Math.round(value / 10) * 10} m`);

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
    app.ui.mapFailure = error.message;
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
        html`<li><span>${step.text}</span>${step.metres ? html`<small>${metres(step.metres)}</small>` : nothing}</li>`,
    );
}

function leg(route, stop, index) {
  const order = app.model.orders.get(stop.order);
  return html`<li class="leg" data-bucket=${order?.bucket ?? "gone"}>
    <details ?open=${index === app.ui.openLeg}>
      <summary @click=${() => (app.ui.openLeg = index)}>
        <b>${stop.sequence}</b> ${order?.premise?.address ?? stop.order}
        <small>${stop.drive_seconds ? `${Math.max(1, Math.round(stop.drive_seconds / 60))} min` : ""}</small>
      </summary>
      <ol class="steps">${stepsTo(route, index)}</ol>
      ${order ? html`<a class="button" href=${link("order", order.number)}>Open the order</a>` : nothing}
    </details>
  </li>`;
}

function files() {
  const { mapState: state, mapFailure, mapKept } = app.ui;
  if (state) return html`<p class="strip" role="status">Fetching the map: ${state}</p>`;
  if (mapFailure) return html`<p class="strip" data-tone="warn" role="status">${mapFailure}</p>`;
  if (mapKept === false)
    return html`<p class="strip" role="status">The district has no map yet; the way is drawn without one.</p>`;
  return mapKept ? html`<p class="strip" role="status">The map is on this tablet.</p>` : nothing;
}

export function mapPane() {
  const route = routeNow();
  if (!route)
    return html`<section class="pane single" data-page>
      <header class="page-head"><h1>Map</h1></header>
      <p class="empty"><b>No route yet.</b> It comes with the next sync, when the dispatcher has planned the day.</p>
    </section>`;
  queueMicrotask(redraw);
  return html`<section class="pane single map-page" data-page>
    <header class="page-head">
      <h1>Map</h1>
      <button class="small" @click=${refreshMap}>Update the map</button>
    </header>
    ${files()}
    <div class="map-and-way">
      <div class="map-canvas" ${ref(onCanvas)} role="application" aria-label="Map of the day's route"></div>
      <ol class="way" aria-label="Stops and directions">
        ${route.stops.map((stop, index) => leg(route, stop, index))}
      </ol>
    </div>
    ${
      route.geometry.length
        ? nothing
        : html`<p class="quiet">This route came without a way; the stops are joined in their order only.</p>`
    }
  </section>`;
}
