// One map on one element: the district's tiles when they are on the tablet, the way and the stops in any case.

import { served, t } from "../lib/texts.js";

const LIBRARY = "/vendor/maplibre-gl/dist/maplibre-gl.mjs";
const WORKER = "/vendor/maplibre-gl/dist/maplibre-gl-worker.mjs";
const STYLES = "/vendor/maplibre-gl/dist/maplibre-gl.css";
const TILES = "/vendor/pmtiles/dist/pmtiles.js";
const NAME = "district.pmtiles";

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
  "NavigationControl.ZoomIn": t("map.zoom_in"),
  "NavigationControl.ZoomOut": t("map.zoom_out"),
});

const plain = () => ({
  version: 8,
  sources: {},
  layers: [{ id: "ground", type: "background", paint: { "background-color": colour("--raised") || "#e8ecef" } }],
});

export class DayMap {
  #map = null;
  #markers = [];

  constructor(element) {
    this.element = element;
  }

  async open(files) {
    const [{ Map, NavigationControl, addProtocol }, kept] = await Promise.all([load(), files]);
    if (kept) {
      const protocol = new globalThis.pmtiles.Protocol();
      protocol.add(new globalThis.pmtiles.PMTiles(new globalThis.pmtiles.FileSource(new File([kept.tiles], NAME))));
      addProtocol("pmtiles", protocol.tile);
      for (const source of Object.values(kept.style.sources)) source.url = `pmtiles://${NAME}`;
    }
    this.#map = new Map({ container: this.element, style: kept?.style ?? plain(), attributionControl: { compact: true }, locale: controls() });
    this.#map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    await new Promise((resolve) => this.#map.once("load", resolve));
    this.#map.addSource("way", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    this.#map.addLayer({
      id: "way",
      type: "line",
      source: "way",
      layout: { "line-join": "round", "line-cap": "round" },
      paint: { "line-color": "#1673b8", "line-width": 5, "line-opacity": 0.85 },
    });
  }

  draw(route, orders) {
    if (!this.#map?.getSource("way")) return;
    const points = orders.map((order) => order.premise.position);
    const line = route.geometry.length ? route.geometry : points;
    const geometry = { type: "LineString", coordinates: line };
    this.#map.getSource("way").setData({ type: "Feature", properties: {}, geometry });
    for (const marker of this.#markers) marker.remove();
    this.#markers = orders.map((order) => this.#marker(order));
    if (!this.element.dataset.drawn && line.length) this.#frame(line);
    this.element.dataset.drawn = line.length;
  }

  close() {
    this.#map?.remove();
    this.#map = null;
  }

  #marker(order) {
    const element = document.createElement("a");
    Object.assign(element, {
      className: "map-stop",
      href: `#/order/${encodeURIComponent(order.number)}`,
      textContent: order.sequence ?? "·",
      title: `${served(order.title)}, ${order.premise.address}`,
    });
    element.dataset.bucket = order.bucket;
    return new library.Marker({ element }).setLngLat(order.premise.position).addTo(this.#map);
  }

  #frame(line) {
    const box = line.reduce((bounds, point) => bounds.extend(point), new library.LngLatBounds(line[0], line[0]));
    this.#map.fitBounds(box, { padding: 40, maxZoom: 16, animate: false });
  }
}
