// The board keeps itself fresh while it is looked at, and remembers ticks and open technicians across refreshes.
const REFRESH_MS = 10_000; // a dispatcher who waits for a tablet looks up about that often
const ticked = new Set();
const opened = new Set();

export const chosenNumbers = () => new Set(ticked);

function announce() {
  const count = document.getElementById("chosen");
  if (count) count.textContent = String(ticked.size);
  for (const stop of document.querySelectorAll(".stops li")) {
    stop.classList.toggle("chosen", ticked.has(stop.dataset.number));
  }
  document.dispatchEvent(new CustomEvent("board:chosen"));
}

const boxes = () => [...document.querySelectorAll('#orders-form input[name="order"]')];
const numberOf = (box) => box.value.split(":")[0];

// On a slow machine somebody ticks before this file has arrived; browsers also keep ticks over a reload.
for (const box of boxes()) if (box.checked) ticked.add(numberOf(box));
announce();

export function toggle(number) {
  const box = document.getElementById(`tick-${number}`);
  if (!box) return;
  box.checked = !box.checked;
  box.checked ? ticked.add(number) : ticked.delete(number);
  box.closest("tr").scrollIntoView({ block: "nearest" });
  announce();
}

document.addEventListener("change", (event) => {
  const target = event.target;
  if (target.id === "tick-all") {
    for (const box of boxes()) {
      box.checked = target.checked;
      target.checked ? ticked.add(numberOf(box)) : ticked.delete(numberOf(box));
    }
    announce();
  } else if (target.name === "order") {
    target.checked ? ticked.add(numberOf(target)) : ticked.delete(numberOf(target));
    announce();
  }
});

// The toggle event of <details> does not bubble, so it is caught on its way down.
document.addEventListener("toggle", (event) => {
  const crew = event.target;
  if (!crew.classList?.contains("crew")) return;
  crew.open ? opened.add(crew.id) : opened.delete(crew.id);
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
      const crew = document.getElementById(id);
      if (crew) crew.open = true;
    }
    // What is inside a closed <details> cannot take the focus back when htmx gives it.
    if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus({ preventScroll: true });
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
  const shown = new Set();
  for (const box of boxes()) {
    shown.add(numberOf(box));
    box.checked = ticked.has(numberOf(box));
  }
  for (const number of ticked) if (!shown.has(number)) ticked.delete(number);
  announce();
}

// An action that went through takes its ticks away; one that was refused keeps them for another try.
document.addEventListener("htmx:afterRequest", (event) => {
  const path = event.detail.requestConfig?.path ?? "";
  if (event.detail.successful && /\/dispatch\/(assign|recall|cancel)/.test(path)) {
    ticked.clear();
    const reason = document.getElementById("do-reason");
    if (reason) reason.value = "";
    for (const box of boxes()) box.checked = false;
    announce();
  }
});

export const refresh = () => document.body.dispatchEvent(new CustomEvent("board:refresh", { bubbles: true }));

setInterval(() => { if (!document.hidden) refresh(); }, REFRESH_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
