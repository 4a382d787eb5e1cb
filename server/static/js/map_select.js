// Orders are ticked by drawing on the map: a box, a line around them, or, by keyboard, all that is in sight.
const at = (id) => document.getElementById(id).src;
const { choose, chooseNone } = await import(at("ticks-script"));
const maps = await import(at("map-script"));

const pane = document.getElementById("map");
const bar = document.getElementById("map-tools");
const SMALLEST = 4; // pixels: less is a click
let tool = null;
let drawn = null; // {shape: "box" | "lasso", path: [[x, y], …], on, outline}

function use(name) {
  tool = tool === name ? null : name;
  for (const button of bar.querySelectorAll("[aria-pressed]")) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  pane.classList.toggle("drawing", tool !== null);
}

bar.addEventListener("click", (event) => {
  const name = event.target.closest("button")?.dataset.tool;
  if (name === "none") chooseNone();
  else if (name === "seen") choose(maps.within(inside(rectangle([0, 0], [pane.clientWidth, pane.clientHeight]))), true);
  else if (name) use(name);
});

const place = (event) => {
  const box = pane.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
};
const rectangle = ([left, top], [right, bottom]) => [[left, top], [right, top], [right, bottom], [left, bottom]];
const outlineOf = ({ shape, path }) => (shape === "box" ? rectangle(path[0], path.at(-1)) : path);

/** Whether a point of the page lies in a polygon: a ray from it crosses its sides an odd number of times. */
function inside(polygon) {
  return ({ x, y }) => {
    let odd = false;
    for (let one = 0, other = polygon.length - 1; one < polygon.length; other = one++) {
      const [[ax, ay], [bx, by]] = [polygon[one], polygon[other]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
    }
    return odd;
  };
}

// Before the map hears of it: a drag that draws must not move the map.
pane.addEventListener("pointerdown", (event) => {
  const shape = tool ?? (event.shiftKey ? "box" : null);
  if (!shape || event.button !== 0 || event.target.closest(".maplibregl-ctrl, .person")) return;
  event.preventDefault();
  event.stopPropagation();
  pane.setPointerCapture(event.pointerId);
  maps.map.dragPan.disable();
  const outline = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  outline.setAttribute("class", "map-outline");
  outline.setAttribute("aria-hidden", "true");
  outline.append(document.createElementNS(outline.namespaceURI, "polygon"));
  pane.append(outline);
  drawn = { shape, path: [place(event)], on: !event.altKey, outline };
}, true);

pane.addEventListener("pointermove", (event) => {
  if (!drawn) return;
  drawn.path.push(place(event));
  drawn.outline.firstChild.setAttribute("points", outlineOf(drawn).map((point) => point.join(",")).join(" "));
}, true);

function end(done) {
  if (!drawn) return;
  const { path, on, outline } = drawn;
  const polygon = outlineOf(drawn);
  drawn = null;
  outline.remove();
  maps.map.dragPan.enable();
  const far = path.some(([x, y]) => Math.hypot(x - path[0][0], y - path[0][1]) >= SMALLEST);
  if (done && far) choose(maps.within(inside(polygon)), on);
}

pane.addEventListener("pointerup", () => end(true), true);
pane.addEventListener("pointercancel", () => end(false), true);
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  end(false);
  if (tool) use(tool);
});
// While a tool is in hand a click is the end of a drawing, not a tick of one order.
pane.addEventListener("click", (event) => { if (tool && !event.target.closest(".maplibregl-ctrl, .person")) event.stopPropagation(); }, true);

const show = () => { bar.hidden = false; };
document.addEventListener("board:map", show);
if (pane.dataset.ready) show();
