// The timeline follows what happens: single lanes are exchanged, and all of them when they no longer fit the hours.
const at = (id) => document.getElementById(id).src;
const { onChange } = await import(at("live-script"));
const { showTicked } = await import(at("timeline-script"));
const { elementOf, flash, keepingFocus } = await import(at("patching-script"));
const { handsFree } = await import(at("hands-script"));

const lanes = document.getElementById("lanes");
const TICK_MS = 60_000; // the line of now moves on
const HELD_MS = 300;
const pane = lanes.closest(".lanes-pane"); // on the board; a page of its own has none
const closed = () => pane !== null && !pane.hasAttribute("data-open");
const refresh = () => lanes.dispatchEvent(new CustomEvent("lanes:stale", { bubbles: true }));
let wanted = new Set();
let asking = false;

onChange((change) => {
  if (closed()) return; // it is fetched whole when it is opened again
  if (change.everything) {
    wanted = new Set();
    return refresh();
  }
  for (const technician of change.technicians ?? []) wanted.add(technician);
  ask();
});

async function ask() {
  if (asking || wanted.size === 0) return;
  // What is in somebody's hand stays there; it is looked at once it was dropped.
  if (lanes.querySelector(".dragged")) return void setTimeout(ask, HELD_MS);
  asking = true;
  const drawing = lanes.querySelector("[data-since]");
  const asked = [...wanted];
  wanted = new Set();
  try {
    if (!drawing) return refresh();
    const address = new URL(lanes.dataset.changes, location.href);
    for (const [name, value] of [["technicians", asked.join(",")], ["since", drawing.dataset.since], ["width", drawing.dataset.width]]) address.searchParams.set(name, value);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    const told = answer.ok ? await answer.json() : { fits: false };
    await handsFree();
    if (told.fits) apply(told.lanes);
    else refresh();
  } catch (error) {
    console.warn(error);
    refresh();
  } finally {
    asking = false;
    ask();
  }
}

function apply(changed) {
  for (const [technician, html] of Object.entries(changed)) {
    const lane = () => document.getElementById(`lane-${technician}`);
    if (!lane()) return refresh();
    keepingFocus(lane, () => lane().replaceWith(elementOf(html)));
    flash(lane());
  }
  showTicked();
}

setInterval(() => { if (!document.hidden && !closed() && !lanes.querySelector(".dragged")) refresh(); }, TICK_MS);

// A closed pane asks for nothing.
document.body.addEventListener("htmx:beforeRequest", (event) => { if (event.target === lanes && closed()) event.preventDefault(); });

