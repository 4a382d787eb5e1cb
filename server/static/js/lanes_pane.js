// The timeline under list and map: opened, closed and made higher by hand or key; fetched only while it is open.
const board = document.querySelector(".board");
const pane = document.getElementById("lanes-pane");
const box = document.getElementById("lanes-box");
const grip = document.getElementById("lanes-grip");
const button = document.getElementById("lanes-toggle");
const inView = document.getElementById("v-lanes");
const KEPT = "board:lanes"; // this browser's own: whether it is open, and its share of the window's height
const [LEAST, MOST, STEP] = [15, 70, 5];
const kept = remembered();

function remembered() {
  try {
    return { open: false, height: 38, ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") };
  } catch {
    return { open: false, height: 38 };
  }
}

const keep = () => localStorage.setItem(KEPT, JSON.stringify(kept));

function setHeight(height) {
  kept.height = Math.min(Math.max(Math.round(height), LEAST), MOST);
  board.style.setProperty("--lanes", `${kept.height}vh`);
  grip.setAttribute("aria-valuenow", kept.height);
  keep();
}

function show(open) {
  kept.open = open;
  keep();
  if (inView) inView.value = open ? "shown" : "hidden"; // a view that is saved now opens like this
  pane.toggleAttribute("data-open", open);
  button.setAttribute("aria-expanded", String(open));
  grip.hidden = box.hidden = !open;
  if (!open) return;
  if (box.childElementCount === 0) {
    box.append(document.getElementById("lanes-template").content.cloneNode(true));
    globalThis.htmx.process(box);
  }
  document.getElementById("lanes").dispatchEvent(new CustomEvent("lanes:stale", { bubbles: true }));
}

button.addEventListener("click", () => show(!kept.open));
addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyT") return;
  event.preventDefault();
  show(!kept.open);
  (kept.open ? document.getElementById("lanes-scroll") ?? button : button).focus({ preventScroll: true });
});

grip.addEventListener("keydown", (event) => {
  const steps = { ArrowUp: kept.height + STEP, ArrowDown: kept.height - STEP, Home: MOST, End: LEAST }[event.key];
  if (steps === undefined) return;
  event.preventDefault();
  setHeight(steps);
});

grip.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
});
grip.addEventListener("pointermove", (event) => {
  if (grip.hasPointerCapture(event.pointerId)) setHeight(((pane.getBoundingClientRect().bottom - event.clientY) / innerHeight) * 100);
});

// A saved view that was just opened says how it was; from then on what is done here counts.
const address = new URL(location.href);
const asked = pane.dataset.shown;
if (address.searchParams.has("lanes")) {
  address.searchParams.delete("lanes");
  history.replaceState(history.state, "", address);
}
pane.hidden = false;
setHeight(kept.height);
show(asked ? asked === "shown" : kept.open);
