// The map of the board: the district's own tiles when they are there, the orders and routes in any case.
// By the very address that the page loads it from: another address would be a second module with ticks of its own.
const { chosenNumbers, toggle } = await import(document.getElementById("ticks-script").src);

const holder = document.getElementById("map");
const note = document.getElementById("map-note");
const dark = matchMedia("(prefers-color-scheme: dark)");
const ROUTES = ["#0a7d9c", "#b2561b", "#6a3fa0", "#2f7d32", "#b0307a", "#8a6d00", "#3056c0", "#8c3b3b"];
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const empty = { type: "FeatureCollection", features: [] };

let library;
export let map;
let framed = false;
let missed = false;
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

// What the points' colors say: the state, how soon an order is due, or whose it is.
const COLORED = {
  state: () => ["match", ["get", "tone"], "wait", token("--warn"), "sent", token("--info"), "busy", token("--busy"), "bad", token("--bad"), "good", token("--good"), token("--quiet")],
  due: () => ["match", ["get", "due"], "overdue", token("--bad"), "today", token("--warn"), "week", token("--info"), token("--quiet")],
  technician: () => ["match", ["get", "paint"], ...ROUTES.flatMap((color) => [color, color]), token("--quiet")],
};

function layers() {
  map.addSource("routes", { type: "geojson", data: empty });
  map.addSource("orders", { type: "geojson", data: empty, promoteId: "number" });
  const line = { "line-color": ["get", "paint"], "line-width": 2.5, "line-opacity": 0.75 };
  map.addLayer({ id: "routes", type: "line", source: "routes", filter: ["get", "driven"], layout: { "line-join": "round" }, paint: line });
  // As the crow flies, until the way along the streets is known.
  map.addLayer({ id: "routes-straight", type: "line", source: "routes", filter: ["!", ["get", "driven"]], layout: { "line-join": "round" }, paint: { ...line, "line-dasharray": [2, 1.2] } });
  map.addLayer({ id: "orders", type: "circle", source: "orders", paint: {
    "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, ["case", [">=", ["get", "priority"], 80], 5, 3.5], 15, ["case", [">=", ["get", "priority"], 80], 11, 9]],
    "circle-color": COLORED[holder.dataset.color](),
    "circle-stroke-width": ["case", ["boolean", ["feature-state", "chosen"], false], 4, 1.5],
    "circle-stroke-color": ["case", ["boolean", ["feature-state", "chosen"], false], token("--text"), token("--surface")],
  } });
}

// Orders come by column, what many share named once.
function features({ number, at, state, type, address, technician, sequence, priority, version, due, states, types, technicians, colors }) {
  return { type: "FeatureCollection", features: number.map((name, place) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: at[place] },
    properties: {
      number: name, ...states[state[place]], title: types[type[place]], address: address[place],
      technician: technicians[technician[place]] ?? null, sequence: sequence[place], priority: priority[place],
      version: version[place], due: due[place], paint: ROUTES[(colors[technician[place]] ?? NaN) % ROUTES.length] ?? "",
    },
  })) };
}

/** Number and version of every order whose point on the page `holds`. */
export const within = (holds) => [...points.values()].filter(({ geometry }) => holds(map.project(geometry.coordinates))).map(({ properties }) => [properties.number, properties.version]);

let points = new Map(); // order number → feature, as drawn
let lines = new Map(); // technician id → feature
const people = new Map(); // technician id → marker

const keyed = (list, key) => new Map(list.map((feature) => [feature.properties[key], feature]));
const draw = (source, all) => map.getSource(source).setData({ type: "FeatureCollection", features: [...all.values()] });
const painted = (line) => { line.properties.paint = ROUTES[line.properties.color % ROUTES.length]; return line; };

// Only what changed comes; the rest is drawn from what is known.
function patch({ points: told, routes, places }) {
  if (told) {
    for (const number of told.asked) points.delete(number);
    for (const feature of features(told).features) points.set(feature.properties.number, feature);
    draw("orders", points);
    holder.dataset.points = points.size;
    mark();
  }
  const changed = Object.entries(routes ?? {});
  for (const [technician, line] of changed) line ? lines.set(technician, painted(line)) : lines.delete(technician);
  if (changed.length) draw("routes", lines);
  if (places) showPeople(places);
}

// Where technicians were when they last reported something: the older, the paler.
const OLD_S = 20 * 60;
const STALE_S = 60 * 60;
const initials = (name) => name.split(/\s+/).filter(Boolean).map((part) => part[0]).slice(-2).join("").toUpperCase();

function showPeople(places) {
  const here = new Set(places.map((place) => place.technician));
  for (const [id, marker] of people) if (!here.has(id)) { marker.remove(); people.delete(id); }
  for (const place of places) {
    let marker = people.get(place.technician);
    if (!marker) {
      const element = document.createElement("button");
      element.type = "button";
      element.className = "person";
      element.tabIndex = -1; // by keyboard: each technician's day has a button that shows them
      element.addEventListener("click", () => openDay(place.technician));
      marker = new library.Marker({ element }).setLngLat(place.at).addTo(map);
      people.set(place.technician, marker);
    }
    marker.setLngLat(place.at);
    const element = marker.getElement();
    element.dataset.initials = initials(place.name);
    element.dataset.technician = place.technician;
    element.dataset.age = place.age > STALE_S ? "stale" : place.age > OLD_S ? "old" : "fresh";
    const where = holder.dataset.whereabouts.replace("{name}", place.name).replace("{when}", place.when);
    const about = place.order ? `, ${holder.dataset.about.replace("{number}", place.order)}` : "";
    element.title = where + about;
    element.setAttribute("aria-label", where + about);
  }
  holder.dataset.people = people.size;
  markLocatable();
}

function openDay(technician) {
  const day = document.getElementById(`workday-${technician}`);
  if (!day) return;
  day.open = true;
  day.scrollIntoView({ block: "nearest" });
  day.querySelector("summary").focus({ preventScroll: true });
}

const markLocatable = () => {
  for (const button of document.querySelectorAll("button[data-locate]")) button.hidden = !people.has(button.dataset.locate);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-locate]");
  const marker = button && people.get(button.dataset.locate);
  if (!marker) return;
  map.jumpTo({ center: marker.getLngLat(), zoom: Math.max(map.getZoom(), 14) });
  for (const other of people.values()) other.getElement().classList.toggle("shown", other === marker);
});

async function load() {
  const headers = { Accept: "application/json", ...(seen && { "If-None-Match": seen }) };
  const answer = await fetch(holder.dataset.source, { headers });
  if (!answer.ok) return;
  seen = answer.headers.get("ETag");
  const data = await answer.json();
  lines = keyed(data.routes.features.map(painted), "technician");
  points = keyed(features(data.orders).features, "number");
  draw("routes", lines);
  draw("orders", points);
  showPeople(data.places);
  const places = data.orders.at;
  holder.dataset.points = places.length;
  mark();
  if (framed || places.length === 0) return;
  framed = true;
  const bounds = places.reduce((box, point) => box.extend(point), new library.LngLatBounds(places[0], places[0]));
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
  map.on("click", "orders", (event) => {
    const { number, version } = event.features[0].properties;
    toggle(number, version);
    document.getElementById(`row-${number}`)?.scrollIntoView({ block: "nearest" });
  });
}

// At dusk the map changes its colors under what somebody is doing on the page.
async function redraw() {
  if (!holder.dataset.ready) return location.reload();
  const style = await basemap();
  map.setStyle(style ?? plain(), { diff: false });
  map.once("style.load", () => {
    layers();
    draw("routes", lines);
    draw("orders", points);
    mark();
    holder.dataset.drawn = dark.matches ? "dark" : "light";
  });
}

async function start() {
  note.textContent = holder.dataset.loading;
  library = await import(holder.dataset.library);
  library.setWorkerUrl(new URL(holder.dataset.worker, location.href).href);
  if (window.pmtiles) library.addProtocol("pmtiles", new window.pmtiles.Protocol().tile);
  const style = await basemap();
  note.textContent = style ? "" : holder.dataset.plain;
  map = new library.Map({ container: holder, style: style ?? plain(), center: [0, 0], zoom: 1, attributionControl: { compact: true }, boxZoom: false });
  map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
  map.on("load", async () => {
    layers();
    popup();
    await load();
    holder.dataset.ready = "yes";
    document.dispatchEvent(new CustomEvent("board:map"));
    if (missed) await load();
  });
  map.on("error", (event) => { console.warn(event.error); if (style) note.textContent = holder.dataset.spoiled; });
  document.body.addEventListener("board:refresh", () => { holder.dataset.ready ? load().catch(() => {}) : (missed = true); });
  // What is told while the first load is under way may not be in it.
  document.addEventListener("board:patch", (event) => { holder.dataset.ready ? patch(event.detail) : (missed = true); });
  document.body.addEventListener("htmx:afterSettle", (event) => event.detail.target.id === "technicians" && markLocatable());
  document.addEventListener("board:chosen", () => map.getSource("orders") && mark());
  dark.addEventListener("change", redraw);
}

start().catch((error) => {
  console.warn(error);
  note.textContent = holder.dataset.impossible;
});
