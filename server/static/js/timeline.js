// Stops are dragged between technicians, or given away with M; the server decides, and says why it refuses.
const lanes = document.getElementById("lanes");
const dialog = document.getElementById("give");
const FAR = 6; // pixels a pointer moves before a press is a drag

const rowOf = (block) => block.closest("tr");
const rows = () => [...lanes.querySelectorAll("tr[data-technician]")];
const words = (text) => (text ?? "").split(" ").filter(Boolean);
const lacking = (block, row) => words(block.dataset.skills).filter((skill) => !words(row.dataset.skills).includes(skill));
const numberOf = (block) => block.dataset.order.split(":")[0];
const blockOf = (number) => [...lanes.querySelectorAll("a.block")].find((one) => numberOf(one) === number);

// The same ticks as on the board, kept for this window; a block that is ticked takes the others along.
const KEPT_TICKS = "board:ticked";
const ticked = () => new Map(JSON.parse(sessionStorage.getItem(KEPT_TICKS) ?? "[]"));

export function showTicked() {
  const numbers = ticked();
  for (const block of lanes.querySelectorAll("a.block")) {
    const on = numbers.has(numberOf(block));
    if (on) numbers.set(numberOf(block), block.dataset.order); // with the version of now
    block.classList.toggle("ticked", on);
    block.toggleAttribute("aria-current", on);
  }
  sessionStorage.setItem(KEPT_TICKS, JSON.stringify([...numbers]));
  const count = document.getElementById("ticked-count");
  count.textContent = count.dataset.words.replace("{count}", numbers.size);
  count.hidden = numbers.size === 0;
}

function toggleTick(block) {
  const numbers = ticked();
  const number = numberOf(block);
  numbers.has(number) ? numbers.delete(number) : numbers.set(number, block.dataset.order);
  sessionStorage.setItem(KEPT_TICKS, JSON.stringify([...numbers]));
  showTicked();
}

/** A ticked block stands for every ticked one that may move to that lane. */
function together(block, technician) {
  const row = rows().find((one) => one.dataset.technician === technician);
  if (!ticked().has(numberOf(block))) return [block];
  return [...lanes.querySelectorAll("a.block[data-movable].ticked")].filter((one) => rowOf(one) !== row && lacking(one, row).length === 0);
}

// What was given away is dealt with; what was refused keeps its tick for another try.
document.body.addEventListener("htmx:afterRequest", (event) => {
  const { path, formData } = event.detail.requestConfig ?? {};
  if (!event.detail.successful || !path?.endsWith("/dispatch/assign") || document.querySelector("#messages .bad")) return;
  const numbers = ticked();
  for (const given of formData?.getAll("order") ?? []) numbers.delete(given.split(":")[0]);
  sessionStorage.setItem(KEPT_TICKS, JSON.stringify([...numbers]));
  showTicked();
});

function give(block, technician) {
  if (technician === rowOf(block).dataset.technician) return;
  const order = together(block, technician).map((one) => one.dataset.order);
  const values = { order, technician, route_day: lanes.dataset.day, send: "yes" };
  lanes.setAttribute("aria-busy", "true");
  globalThis.htmx.ajax("POST", lanes.dataset.assign, { target: "#messages", swap: "innerHTML", values });
}

// --- by pointer
let drag = null;

lanes.addEventListener("pointerdown", (event) => {
  const block = event.target.closest("a.block[data-movable]");
  if (!block || event.button !== 0) return;
  drag = { block, x: event.clientX, y: event.clientY, moved: false, over: null };
});

lanes.addEventListener("dragstart", (event) => event.preventDefault());

addEventListener("pointermove", (event) => {
  if (!drag) return;
  const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
  if (!drag.moved && Math.hypot(dx, dy) < FAR) return;
  if (!drag.moved) begin();
  drag.block.setAttribute("transform", `translate(${dx} ${dy})`);
  const over = document.elementsFromPoint(event.clientX, event.clientY).map((one) => one.closest("tr[data-technician]")).find(Boolean);
  if (over !== drag.over) {
    drag.over?.classList.remove("over");
    over?.classList.add("over");
    drag.over = over ?? null;
  }
});

function begin() {
  drag.moved = true;
  drag.block.classList.add("dragged");
  for (const row of rows()) row.classList.toggle("unfit", lacking(drag.block, row).length > 0);
}

function end(dropped) {
  if (!drag) return;
  const { block, over, moved } = drag;
  drag = null;
  block.removeAttribute("transform");
  block.classList.remove("dragged");
  const fits = over && !over.classList.contains("unfit");
  for (const row of rows()) row.classList.remove("unfit", "over");
  if (moved) addEventListener("click", (event) => event.preventDefault(), { capture: true, once: true });
  if (dropped && moved && fits) give(block, over.dataset.technician);
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
document.body.addEventListener("htmx:afterSettle", () => {
  lanes.removeAttribute("aria-busy");
  showTicked();
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
  const select = dialog.querySelector("select");
  select.replaceChildren(
    ...rows()
      .filter((row) => row !== rowOf(block) && lacking(block, row).length === 0)
      .map((row) => new Option(row.dataset.name, row.dataset.technician)),
  );
  dialog.querySelector("output").textContent = block.querySelector("title").textContent;
  dialog.dataset.number = numberOf(block);
  dialog.returnValue = "";
  dialog.showModal();
});

dialog.addEventListener("close", () => {
  const block = blockOf(dialog.dataset.number);
  const technician = dialog.querySelector("select").value;
  if (dialog.returnValue === "give" && block && technician) give(block, technician);
});
showTicked();
