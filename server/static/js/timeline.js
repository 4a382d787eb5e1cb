// Stops are dragged between and along technicians' days, or moved with M; the server decides, and says beforehand what breaks.
const at = (id) => document.getElementById(id).src;
const { ticked, announce, toggle } = await import(at("ticks-script"));
const { askWhatBreaks, hideWhatBreaks } = await import(at("move-script"));

const lanes = document.getElementById("lanes");
const dialog = document.getElementById("give");
const FAR = 6; // pixels a pointer moves before a press is a drag
const SVG = "http://www.w3.org/2000/svg";

const rowOf = (block) => block.closest("tr");
const rows = () => [...lanes.querySelectorAll("tr[data-technician]")];
const words = (text) => (text ?? "").split(" ").filter(Boolean);
const lacking = (block, row) => words(block.dataset.skills).filter((skill) => !words(row.dataset.skills).includes(skill));
const numberOf = (block) => block.dataset.order.split(":")[0];
const blockOf = (number) => [...lanes.querySelectorAll("a.block")].find((one) => numberOf(one) === number);
const movable = (row) => [...row.querySelectorAll("a.block[data-movable]")].sort((one, other) => left(one) - left(other));
const left = (block) => Number(block.querySelector("rect").getAttribute("x"));
const middle = (block) => left(block) + Number(block.querySelector("rect").getAttribute("width")) / 2;

// The same ticks as in the list and on the map; a block that is ticked takes the others along.
export function showTicked() {
  for (const block of lanes.querySelectorAll("a.block")) {
    const on = ticked.has(numberOf(block));
    if (on) ticked.set(numberOf(block), block.dataset.order); // with the version of now
    block.classList.toggle("ticked", on);
    block.toggleAttribute("aria-current", on);
  }
  const count = document.getElementById("ticked-count");
  count.textContent = count.dataset.words.replace("{count}", ticked.size);
  count.hidden = ticked.size === 0;
}
document.addEventListener("board:chosen", showTicked);

const toggleTick = (block) => toggle(...block.dataset.order.split(":"));

/** A ticked block stands for every ticked one that may move to that lane; along its own lane it moves alone. */
function together(block, row) {
  if (row === rowOf(block) || !ticked.has(numberOf(block))) return [block];
  return [...lanes.querySelectorAll("a.block[data-movable].ticked")].filter((one) => rowOf(one) !== row && lacking(one, row).length === 0);
}

/** Whether anything would change: a stop that is put where it stands is left alone. */
function moves(block, row, before) {
  if (row !== rowOf(block)) return true;
  const order = movable(row).map(numberOf);
  const next = order[order.indexOf(numberOf(block)) + 1] ?? "";
  return before !== numberOf(block) && before !== next;
}

function give(block, row, before) {
  if (!moves(block, row, before)) return;
  const technician = row.dataset.technician;
  lanes.setAttribute("aria-busy", "true");
  const to = { target: "#messages", swap: "innerHTML" };
  if (row === rowOf(block)) {
    const values = { technician, day: lanes.dataset.day, number: numberOf(block), before };
    globalThis.htmx.ajax("POST", lanes.dataset.move, { ...to, values });
  } else {
    const order = together(block, row).map((one) => one.dataset.order);
    globalThis.htmx.ajax("POST", lanes.dataset.assign, { ...to, values: { order, technician, route_day: lanes.dataset.day, send: "yes", before } });
  }
}

// --- by pointer
let drag = null;

lanes.addEventListener("pointerdown", (event) => {
  const block = event.target.closest("a.block[data-movable]");
  if (!block || event.button !== 0) return;
  drag = { block, x: event.clientX, y: event.clientY, moved: false, over: null, before: "" };
});

lanes.addEventListener("dragstart", (event) => event.preventDefault());

addEventListener("pointermove", (event) => {
  if (!drag) return;
  const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
  if (!drag.moved && Math.hypot(dx, dy) < FAR) return;
  if (!drag.moved) begin();
  drag.block.setAttribute("transform", `translate(${dx} ${dy})`);
  const over = document.elementsFromPoint(event.clientX, event.clientY).map((one) => one.closest("tr[data-technician]")).find(Boolean) ?? null;
  const before = over ? placeAt(over, event.clientX) : "";
  if (over === drag.over && before === drag.before) return;
  drag.over?.classList.remove("over");
  over?.classList.add("over");
  Object.assign(drag, { over, before });
  markPlace();
  const asked = over && !over.classList.contains("unfit") && moves(drag.block, over, before);
  if (asked) askWhatBreaks(together(drag.block, over).map(numberOf), over.dataset.technician, before, [event.clientX, event.clientY]);
  else hideWhatBreaks();
});

/** The stop of a lane before which something dropped there goes; none: at the end. */
function placeAt(row, clientX) {
  const x = clientX - row.querySelector("svg.lane").getBoundingClientRect().left;
  const next = movable(row).find((one) => one !== drag.block && middle(one) > x);
  return next ? numberOf(next) : "";
}

/** A line where it would go. */
function markPlace() {
  lanes.querySelector(".drop-line")?.remove();
  const { over, before } = drag;
  if (!over || over.classList.contains("unfit")) return;
  const others = movable(over).filter((one) => one !== drag.block);
  const beside = others.find((one) => numberOf(one) === before) ?? others.at(-1);
  if (!beside) return;
  const x = before ? left(beside) - 1 : 2 * middle(beside) - left(beside) + 1;
  const svg = over.querySelector("svg.lane");
  const [, top, , height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const line = document.createElementNS(SVG, "line");
  for (const [name, value] of Object.entries({ class: "drop-line", x1: x, x2: x, y1: top, y2: top + height })) line.setAttribute(name, value);
  svg.append(line);
}

function begin() {
  drag.moved = true;
  drag.block.classList.add("dragged");
  for (const row of rows()) row.classList.toggle("unfit", lacking(drag.block, row).length > 0);
}

function end(dropped) {
  if (!drag) return;
  const { block, over, before, moved } = drag;
  drag = null;
  block.removeAttribute("transform");
  block.classList.remove("dragged");
  lanes.querySelector(".drop-line")?.remove();
  hideWhatBreaks();
  const fits = over && !over.classList.contains("unfit");
  for (const row of rows()) row.classList.remove("unfit", "over");
  if (moved) {
    // The click that ends a drag opens nothing; where none follows, the next one is somebody's own.
    const still = (event) => event.preventDefault();
    addEventListener("click", still, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", still, { capture: true }), 0);
  }
  if (dropped && moved && fits) give(block, over, before);
}

addEventListener("pointerup", () => end(true));
addEventListener("pointercancel", () => end(false));
addEventListener("keydown", (event) => {
  if (event.key === "Escape") end(false);
});

// A refresh would take the block out of the hand, and the hour somebody looks at out of sight.
const KEPT_SCROLL = "lanes-scroll";
let scrolled = [0, 0];
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target !== lanes) return;
  if (drag?.moved) event.detail.shouldSwap = false;
  const seen = document.getElementById(KEPT_SCROLL);
  scrolled = [seen?.scrollLeft ?? 0, seen?.scrollTop ?? 0];
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === lanes) document.getElementById(KEPT_SCROLL)?.scrollTo({ left: scrolled[0], top: scrolled[1], behavior: "instant" });
});
document.body.addEventListener("htmx:afterSettle", (event) => {
  lanes.removeAttribute("aria-busy");
  if (event.detail.target === lanes) showTicked();
});

// A click with Ctrl ticks, as in every list.
lanes.addEventListener("click", (event) => {
  const block = event.target.closest("a.block");
  if (!block || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  toggleTick(block);
});

// --- by keyboard
lanes.addEventListener("keydown", (event) => {
  const any = event.target.closest?.("a.block");
  if (any && event.key === " ") {
    event.preventDefault();
    return toggleTick(any);
  }
  const block = event.target.closest?.("a.block[data-movable]");
  if (!block || event.key.toLowerCase() !== "m" || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const fit = rows().filter((row) => lacking(block, row).length === 0 && (row !== rowOf(block) || movable(row).length > 1));
  const others = fit.filter((row) => row !== rowOf(block));
  dialog.dataset.number = numberOf(block);
  chosenRow().replaceChildren(...fit.map((row) => new Option(row.dataset.name, row.dataset.technician, false, row === others[0])));
  dialog.querySelector("output").textContent = block.querySelector("title").textContent;
  dialog.returnValue = "";
  offerPlaces();
  dialog.showModal();
});

const chosenRow = () => document.getElementById("give-to");
const chosenPlace = () => document.getElementById("give-before");
const rowChosen = () => rows().find((row) => row.dataset.technician === chosenRow().value);

/** Before which stop of the chosen day; at first at its end. */
function offerPlaces() {
  const row = rowChosen();
  const block = blockOf(dialog.dataset.number);
  if (!row || !block) return;
  const end = new Option(chosenPlace().dataset.end, "", true, true);
  const stops = movable(row).filter((one) => one !== block);
  chosenPlace().replaceChildren(...stops.map((one) => new Option(one.querySelector("title").textContent, numberOf(one))), end);
  judge();
}

function judge() {
  const [row, block] = [rowChosen(), blockOf(dialog.dataset.number)];
  if (row && block) askWhatBreaks(together(block, row).map(numberOf), row.dataset.technician, chosenPlace().value, dialog.querySelector(".breaks"));
}

chosenRow().addEventListener("change", offerPlaces);
chosenPlace().addEventListener("change", judge);

dialog.addEventListener("close", () => {
  const [row, block] = [rowChosen(), blockOf(dialog.dataset.number)];
  if (dialog.returnValue === "give" && row && block) give(block, row, chosenPlace().value);
  blockOf(dialog.dataset.number)?.focus({ preventScroll: true });
});
announce();

// What is seen first is the hour of now, not the morning; afterwards it stays where somebody looks.
let placed = false;
function lookAtNow() {
  const [seen, now] = [document.getElementById(KEPT_SCROLL), lanes.querySelector("line.now")];
  if (placed || !seen?.clientWidth) return;
  placed = true;
  const x = now ? Number(now.getAttribute("x1")) : 0;
  if (x > seen.clientWidth * 0.6) seen.scrollTo({ left: x - seen.clientWidth * 0.3, behavior: "instant" });
}
document.body.addEventListener("htmx:afterSettle", (event) => event.detail.target === lanes && lookAtNow());
lookAtNow();
