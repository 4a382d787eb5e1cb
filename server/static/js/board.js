// What a dispatcher has in hand on the board: ticks, open technicians and half-typed reasons outlast every refresh.
const { ticked, announce } = await import(document.getElementById("ticks-script").src);
const opened = new Set();

document.addEventListener("board:chosen", () => {
  const count = document.getElementById("chosen");
  if (count) count.textContent = String(ticked.size);
  for (const box of boxes()) box.checked = ticked.has(numberOf(box));
  sayElsewhere();
  for (const stop of document.querySelectorAll(".stops li")) {
    stop.classList.toggle("chosen", ticked.has(stop.dataset.number));
  }
});

/** Ticked orders that the filter does not show are counted, and sent along. */
function sayElsewhere() {
  const shown = new Set(boxes().map(numberOf));
  const hidden = [...ticked].filter(([number]) => !shown.has(number));
  const words = document.getElementById("chosen-elsewhere");
  if (!words) return;
  words.hidden = hidden.length === 0;
  words.querySelector(".count").textContent = String(hidden.length);
  document.getElementById("ticked-elsewhere").replaceChildren(...hidden.map(([, value]) => {
    return Object.assign(document.createElement("input"), { type: "hidden", name: "order", value });
  }));
}

const boxes = () => [...document.querySelectorAll('#orders-form input[type="checkbox"][name="order"]')];
const numberOf = (box) => box.value.split(":")[0];

// On a slow machine somebody ticks before this file has arrived; browsers also keep ticks over a reload.
let shownBefore = new Set(boxes().map(numberOf));
const tick = (box) => (box.checked ? ticked.set(numberOf(box), box.value) : ticked.delete(numberOf(box)));
for (const box of boxes()) {
  box.checked ||= ticked.has(numberOf(box));
  tick(box);
}
announce();

/** Ticked orders that the list does not show are as new as the map knows them; what is not open any more goes. */
export function adoptPoints({ asked, number, version }) {
  const now = new Map(number.map((name, place) => [name, version[place]]));
  for (const name of asked) {
    if (!ticked.has(name) || document.getElementById(`tick-${name}`)) continue;
    now.has(name) ? ticked.set(name, `${name}:${now.get(name)}`) : ticked.delete(name);
  }
  announce();
}

document.addEventListener("change", (event) => {
  const target = event.target;
  if (target.id === "tick-all") {
    for (const box of boxes()) {
      box.checked = target.checked;
      tick(box);
    }
    announce();
  } else if (target.name === "order") {
    tick(target);
    announce();
  }
});

// The toggle event of <details> does not bubble, so it is caught on its way down.
document.addEventListener("toggle", (event) => {
  const workday = event.target;
  if (!workday.classList?.contains("workday")) return;
  workday.open ? opened.add(workday.id) : opened.delete(workday.id);
}, true);

// What a dispatcher is about to do must survive a refresh: the bar below the table and the open reason.
const KEPT = ["do-tech", "do-day", "do-reason"];
let kept = {};
let focused = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.contains(document.activeElement)) focused = document.activeElement.id;
  if (event.detail.target.id !== "orders") return;
  kept = Object.fromEntries(KEPT.map((id) => [id, document.getElementById(id)?.value]));
  kept.send = document.getElementById("do-send")?.checked;
  kept.more = document.getElementById("do-more")?.open;
  kept.top = document.querySelector(".table-wrap")?.scrollTop;
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "orders") restoreOrders();
  if (event.detail.target.id === "technicians") {
    for (const id of opened) {
      const workday = document.getElementById(id);
      if (workday) workday.open = true;
    }
    // What is inside a closed <details> cannot take the focus back when htmx gives it.
    if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus({ preventScroll: true });
    for (const [number, steps] of pressed) for (let n = Math.abs(steps); n > 0; n--) showMoved(number, Math.sign(steps));
    announce();
  }
});

function restoreOrders() {
  for (const id of KEPT) {
    const control = document.getElementById(id);
    if (control && kept[id] !== undefined) control.value = kept[id];
  }
  document.getElementById("do-send").checked = kept.send ?? true;
  document.getElementById("do-more").open = kept.more ?? false;
  document.querySelector(".table-wrap").scrollTop = kept.top ?? 0;
  adoptRows();
}

/** Rows were exchanged one by one: their ticks are as they were, with the version of now. */
export function adoptRows() {
  const shown = new Set();
  for (const box of boxes()) {
    shown.add(numberOf(box));
    box.checked = ticked.has(numberOf(box));
    tick(box);
  }
  for (const number of shownBefore) if (!shown.has(number)) ticked.delete(number);
  shownBefore = shown;
  announce();
}

/** A technician's day was exchanged; what was pressed and not sent yet is shown again. */
export function adoptWorkday(day) {
  for (const [number, steps] of pressed) {
    if (day.querySelector(`#stop-${CSS.escape(number)}`)) for (let n = Math.abs(steps); n > 0; n--) showMoved(number, Math.sign(steps));
  }
  announce();
}

// An action that went through leaves no half-typed reason behind.
document.addEventListener("htmx:afterRequest", (event) => {
  const reason = document.getElementById("do-reason");
  if (reason && event.detail.successful && /\/dispatch\/(recall|cancel)/.test(event.detail.requestConfig?.path ?? "")) reason.value = "";
});

// Cancelling asks once, with the number of orders it is about.
document.addEventListener("htmx:confirm", (event) => {
  const asked = event.detail.triggeringEvent?.submitter?.dataset ?? event.detail.elt.dataset;
  const words = ticked.size === 1 ? asked.askOne : asked.ask;
  if (!words || ticked.size === 0) return;
  event.preventDefault();
  if (confirm(words.replace("{n}", ticked.size))) event.detail.issueRequest(true);
});

// Presses of ↑ and ↓ move the stop at once on the page; what a dispatcher pressed together is sent together.
const TOGETHER_MS = 400;
const pressed = new Map();
let sending = false;
let timer;

function showMoved(number, step) {
  const stop = document.getElementById(`stop-${number}`);
  const movable = [...(stop?.parentElement.children ?? [])].filter((other) => other.querySelector("form.move"));
  const beside = movable[movable.indexOf(stop) + step]; // past stops that are done or under way
  if (!beside) return false;
  step < 0 ? beside.before(stop) : beside.after(stop);
  return true;
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form.move");
  if (!form) return;
  event.preventDefault();
  const number = form.elements.number.value;
  const step = event.submitter?.value === "up" ? -1 : 1;
  if (!showMoved(number, step)) return;
  event.submitter?.focus({ preventScroll: true });
  document.getElementById(`stop-${number}`).scrollIntoView({ block: "nearest" });
  pressed.set(number, (pressed.get(number) ?? 0) + step);
  clearTimeout(timer);
  timer = setTimeout(sendMoves, TOGETHER_MS);
});

async function sendMoves() {
  if (sending) return;
  sending = true;
  try {
    for (const [number, steps] of pressed) {
      pressed.delete(number);
      const form = document.querySelector(`#stop-${CSS.escape(number)} form.move`);
      if (!form || steps === 0) continue;
      const values = Object.fromEntries(["technician", "day", "number"].map((name) => [name, form.elements[name].value]));
      Object.assign(values, { move: steps < 0 ? "up" : "down", steps: Math.abs(steps) });
      await htmx.ajax("POST", form.dataset.post, { target: "#messages", values });
    }
  } finally {
    sending = false;
  }
}

export const refresh = () => document.body.dispatchEvent(new CustomEvent("board:refresh", { bubbles: true }));
