// What somebody is pressing stays where it is until the button or key is up: an element exchanged in between never
// hears the click.
const HELD_MS = 2_000; // a list that the browser opened may swallow the release
const PRESSING_KEYS = new Set([" ", "Enter"]);
let pressed = null;

function press(element) {
  pressed?.release();
  let release;
  const over = new Promise((done) => { release = done; });
  const late = setTimeout(letGo, HELD_MS);
  pressed = { element, over, release: () => { clearTimeout(late); release(); } };
}

function letGo() {
  if (!pressed) return;
  const { release } = pressed;
  pressed = null;
  setTimeout(release); // the click that belongs to it comes first
}

addEventListener("pointerdown", (event) => press(event.target), true);
for (const ending of ["pointerup", "pointercancel"]) addEventListener(ending, letGo, true);
addEventListener("blur", (event) => { if (event.target === window) letGo(); });
addEventListener("keydown", (event) => { if (PRESSING_KEYS.has(event.key) && !event.repeat) press(event.target); }, true);
addEventListener("keyup", (event) => { if (PRESSING_KEYS.has(event.key)) letGo(); }, true);

/** Settles at once, or when what is being pressed was let go. */
export const handsFree = () => pressed?.over ?? Promise.resolve();

// Parts that look for themselves ask again afterwards: those that are polled with their next look.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!pressed || !event.detail.target.contains(pressed.element) || event.detail.requestConfig.triggeringEvent?.target === pressed.element) return;
  event.detail.shouldSwap = false;
  handsFree().then(() => document.body.dispatchEvent(new CustomEvent("board:refresh", { bubbles: true })));
});
