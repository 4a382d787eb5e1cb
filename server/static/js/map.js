// The map of the board: the district's own tiles when they are there, the orders and routes in any case.
import { chosenNumbers, toggle } from "./board.js";

const holder = document.getElementById("map");
const note = document.getElementById("map-note");
const dark = matchMedia("(prefers-color-scheme: dark)");
const ROUTES = ["#0a7d9c", "#b2561b", "#6a3fa0", "#2f7d32", "#b0307a", "#8a6d00", "#3056c0", "#8c3b3b"];
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const empty = { type: "FeatureCollection", features: [] };

let library;
export let map;
let framed = false;
let seen; // the browser itself keeps nothing that names customers, so the version seen is remembered here

async function basemap() {
  const name = dark.matches ? "style-dark.json" : "style-light.json";
  try {
    const files = await (await fetch("/basemap/")).json();
    if (!files[name] || !files["district.pmtiles"]) return null;
    return await (await fetch(`/basemap/${name}`)).json();
  } catch {
    return null;
  }
}

const plain = () => ({
  version: 8, sources: {},
  layers: [{ id: "ground", type: "background", paint: { "background-color": token("--raised") } }],
});

function layers() {
  map.addSource("routes", { type: "geojson", data: empty });
  map.addSource("orders", { type: "geojson", data: empty, promoteId: "number" });
  const line = { "line-color": ["get", "paint"], "line-width": 2.5, "line-opacity": 0.75 };
  map.addLayer({ id: "routes", type: "line", source: "routes", filter: ["get", "driven"], layout: { "line-join": "round" }, paint: line });
  // As the crow flies, until the way along the streets is known.
  map.addLayer({ id: "routes-straight", type: "line", source: "routes", filter: ["!", ["get", "driven"]], layout: { "line-join": "round" }, paint: { ...line, "line-dasharray": [2, 1.2] } });
  map.addLayer({ id: "orders", type: "circle", source: "orders", paint: {
    "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, ["case", [">=", ["get", "priority"], 80], 5, 3.5], 15, ["case", [">=", ["get", "priority"], 80], 11, 9]],
    "circle-color": ["match", ["get", "tone"], "wait", token("--warn"), "sent", token("--info"), "busy", token("--busy"), "bad", token("--bad"), "good", token("--good"), token("--quiet")],
    "circle-stroke-width": ["case", ["boolean", ["feature-state", "chosen"], false], 4, 1.5],
    "circle-stroke-color": ["case", ["boolean", ["feature-state", "chosen"], false], token("--text"), token("--surface")],
  } });
}

async function load() {
  const headers = { Accept: "application/json", ...(seen && { "If-None-Match": seen }) };
  const answer = await fetch(holder.dataset.source, { headers });
  if (!answer.ok) return;
  seen = answer.headers.get("ETag");
  const data = await answer.json();
  for (const { properties } of data.routes.features) properties.paint = ROUTES[properties.color % ROUTES.length];
  map.getSource("routes").setData(data.routes);
  map.getSource("orders").setData(data.orders);
  holder.dataset.points = data.orders.features.length;
  mark();
  const points = data.orders.features.map((feature) => feature.geometry.coordinates);
  if (framed || points.length === 0) return;
  framed = true;
  const bounds = points.reduce((box, point) => box.extend(point), new library.LngLatBounds(points[0], points[0]));
  map.fitBounds(bounds, { padding: { top: 40, right: 56, bottom: 64, left: 40 }, maxZoom: 15, animate: false });
}

function mark() {
  map.removeFeatureState({ source: "orders" });
  for (const number of chosenNumbers()) map.setFeatureState({ source: "orders", id: number }, { chosen: true });
}

function popup() {
  const shown = new library.Popup({ closeButton: false, closeOnClick: false, offset: 12 });
  map.on("mousemove", "orders", (event) => {
    map.getCanvas().style.cursor = "pointer";
    const of = event.features[0];
    const box = document.createElement("div");
    const first = document.createElement("strong");
    first.textContent = `${of.properties.title}, ${of.properties.address}`;
    const second = document.createElement("div");
    const who = of.properties.technician ? `, ${of.properties.technician}${of.properties.sequence ? `, ${holder.dataset.stop.replace("{number}", of.properties.sequence)}` : ""}` : "";
    second.textContent = `${of.properties.number}: ${of.properties.state}${who}`;
    box.append(first, second);
    shown.setLngLat(of.geometry.coordinates).setDOMContent(box).addTo(map);
  });
  map.on("mouseleave", "orders", () => { map.getCanvas().style.cursor = ""; shown.remove(); });
  map.on("click", "orders", (event) => toggle(event.features[0].properties.number));
}

async function start() {
  note.textContent = holder.dataset.loading;
  library = await import(holder.dataset.library);
  library.setWorkerUrl(new URL(holder.dataset.worker, location.href).href);
  if (window.pmtiles) library.addProtocol("pmtiles", new window.pmtiles.Protocol().tile);
  const style = await basemap();
  note.textContent = style ? "" : holder.dataset.plain;
  map = new library.Map({ container: holder, style: style ?? plain(), center: [0, 0], zoom: 1, attributionControl: { compact: true } });
  map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
  map.on("load", async () => {
    layers();
    popup();
    await load();
    holder.dataset.ready = "yes";
  });
  map.on("error", (event) => { console.warn(event.error); if (style) note.textContent = holder.dataset.spoiled; });
  document.body.addEventListener("board:refresh", () => map.loaded() && load().catch(() => {}));
  document.addEventListener("board:chosen", () => map.getSource("orders") && mark());
  dark.addEventListener("change", () => location.reload());
}

start().catch((error) => {
  console.warn(error);
  note.textContent = holder.dataset.impossible;
});
