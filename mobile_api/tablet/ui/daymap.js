// One map on one element: the district's tiles when they are on the tablet; the way, the stops and the technician in any case.

import { served, t } from "../lib/texts.js";
import { circle, legOf, spread } from "../rules/spread.js";

const LIBRARY = "/vendor/maplibre-gl/dist/maplibre-gl.mjs";
const WORKER = "/vendor/maplibre-gl/dist/maplibre-gl-worker.mjs";
const STYLES = "/vendor/maplibre-gl/dist/maplibre-gl.css";
const TILES = "/vendor/pmtiles/dist/pmtiles.js";
const NAME = "district.pmtiles";
const STOP_GAP = 50; // pixels between the centres of two stops: each is as wide as a gloved finger

let library;

// Loaded when a map is first shown: it is larger than the rest of the app together.
async function load() {
  if (library) return library;
  const sheet = document.createElement("link");
  Object.assign(sheet, { rel: "stylesheet", href: STYLES });
  document.head.append(sheet);
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(script, { src: TILES, onload: resolve, onerror: reject });
    document.head.append(script);
  });
  const loaded = await import(LIBRARY);
  loaded.setWorkerUrl(new URL(WORKER, location.href).href);
  library = loaded;
  return library;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const controls = () => ({
  "AttributionControl.ToggleAttribution": t("map.attribution"),
  "Map.Title": t("map.canvas"),
  "Marker.Title": t("map.marker"),
  "NavigationControl.ResetBearing": t("map.north"),
  "NavigationControl.ZoomIn": t("map.zoom_in"),
  "NavigationControl.ZoomOut": t("map.zoom_out"),
  "ScaleControl.Feet": t("map.feet"),
  "ScaleControl.Miles": t("map.miles"),
});

const plain = () => ({
  version: 8,
  sources: {},
  layers: [{ id: "ground", type: "background", paint: { "background-color": colour("--raised") || "#e8ecef" } }],
});

const NOTHING = { type: "FeatureCollection", features: [] };
const shape = (type, coordinates) => ({ type: "Feature", properties: {}, geometry: { type, coordinates } });
const ROUND = { "line-join": "round", "line-cap": "round" };

const LAYERS = [
  { id: "way", type: "line", layout: ROUND, paint: { "line-color": "#5b8fb8", "line-width": 4, "line-opacity": 0.6 } },
  { id: "leg", type: "line", layout: ROUND, paint: { "line-color": "#d6336c", "line-width": 7, "line-opacity": 0.9 } },
  { id: "accuracy", type: "fill", paint: { "fill-color": "#1673e6", "fill-opacity": 0.16 } },
];

export class DayMap {
  #map = null;
  #markers = [];
  #me = null;
  #drawn = "";

  constructor(element) {
    this.element = element;
  }

  // `units`: us or metric, for the scale.
  async open(files, units) {
    const [{ Map, NavigationControl, ScaleControl, addProtocol }, kept] = await Promise.all([load(), files]);
    if (kept) {
      const protocol = new globalThis.pmtiles.Protocol();
      protocol.add(new globalThis.pmtiles.PMTiles(new globalThis.pmtiles.FileSource(new File([kept.tiles], NAME))));
      addProtocol("pmtiles", protocol.tile);
      for (const source of Object.values(kept.style.sources)) source.url = `pmtiles://${NAME}`;
    }
    this.#map = new Map({ container: this.element, style: kept?.style ?? plain(), attributionControl: { compact: true }, locale: controls() });
    this.#map.addControl(new NavigationControl(), "top-right");
    this.#map.addControl(new ScaleControl({ unit: units === "metric" ? "metric" : "imperial" }), "top-left");
    await new Promise((resolve) => this.#map.once("load", resolve));
    for (const layer of LAYERS) {
      this.#map.addSource(layer.id, { type: "geojson", data: NOTHING });
      this.#map.addLayer({ ...layer, source: layer.id });
    }
    this.#map.on("move", () => this.#spread());
  }

  // `next`: the number of the order that the technician drives to, or null; `fix` a position with its accuracy, or null.
  draw(route, orders, { next, fix }) {
    if (!this.#map?.getSource("way")) return;
    this.#here(fix);
    const says = JSON.stringify([next, route.geometry.length, orders.map((order) => [order.number, order.sequence, order.bucket])]);
    if (says === this.#drawn) return;
    this.#drawn = says;
    const points = orders.map((order) => order.premise.position);
    const line = route.geometry.length ? route.geometry : points;
    this.#map.getSource("way").setData(shape("LineString", line));
    const leg = legOf(route, route.stops.findIndex((stop) => stop.order === next));
    this.#map.getSource("leg").setData(leg.length > 1 ? shape("LineString", leg) : NOTHING);
    for (const { marker } of this.#markers) marker.remove();
    this.#markers = orders.map((order) => this.#marker(order, next));
    if (!this.element.dataset.drawn && line.length) this.#frame(line);
    Object.assign(this.element.dataset, { drawn: line.length, leg: leg.length });
    this.#spread();
  }

  // Bring the technician into the middle; answers whether the position is known.
  find() {
    if (!this.#me) return false;
    this.#map.easeTo({ center: this.#me.getLngLat(), zoom: Math.max(15, this.#map.getZoom()) });
    return true;
  }

  // After the room of the page has changed.
  resize() {
    this.#map?.resize();
  }

  close() {
    this.#map?.remove();
    this.#map = null;
  }

  #here(fix) {
    const place = fix && [fix.lon, fix.lat];
    this.#map.getSource("accuracy").setData(place ? shape("Polygon", [circle(place, fix.accuracy_m)]) : NOTHING);
    if (!place) {
      this.#me?.remove();
      this.#me = null;
      return;
    }
    if (!this.#me) {
      const element = document.createElement("span");
      Object.assign(element, { className: "map-me", title: t("map.me") });
      this.#me = new library.Marker({ element }).setLngLat(place).addTo(this.#map);
    } else this.#me.setLngLat(place);
  }

  #marker(order, next) {
    const element = document.createElement("a");
    const stem = document.createElement("i");
    const face = document.createElement("b");
    Object.assign(element, {
      className: "map-stop",
      href: `#/order/${encodeURIComponent(order.number)}`,
      title: `${order.sequence ?? ""} ${served(order.title)}, ${order.premise.address}`.trim(),
    });
    face.textContent = order.bucket === "done" ? `${order.sequence ?? ""}✓` : (order.sequence ?? "·");
    element.append(stem, face);
    element.dataset.bucket = order.bucket;
    element.dataset.next = order.number === next;
    const marker = new library.Marker({ element }).setLngLat(order.premise.position).addTo(this.#map);
    return { marker, stem, position: order.premise.position };
  }

  // No stop lies under another one: those too near are moved apart, each with a stem to where it is.
  #spread() {
    const points = this.#markers.map(({ position }) => this.#map.project(position)).map(({ x, y }) => [x, y]);
    spread(points, STOP_GAP).forEach(([dx, dy], index) => {
      const { marker, stem } = this.#markers[index];
      marker.setOffset([dx, dy]);
      const length = Math.hypot(dx, dy);
      Object.assign(stem.style, { width: `${length}px`, rotate: `${Math.atan2(-dy, -dx)}rad` });
      stem.hidden = length < 4;
    });
  }

  #frame(line) {
    const box = line.reduce((bounds, point) => bounds.extend(point), new library.LngLatBounds(line[0], line[0]));
    this.#map.fitBounds(box, { padding: { top: 60, bottom: 120, left: 50, right: 70 }, maxZoom: 16, animate: false });
  }
}
