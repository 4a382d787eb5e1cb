// What the app knows while it is open. Views read it; `update` draws again on the next frame.

export const VERSION = "0.1.0";

export const app = {
  phase: "starting", // starting | enrol | locked | open | revoked | broken
  route: { name: "orders", params: {} },
  profiles: [],
  profile: null,
  model: null,
  sync: { phase: "offline", lastSynced: null, error: null },
  waiting: new Set(), // ids of events the server has not confirmed
  storage: { full: false, persisted: true, again: null }, // what the browser does with what is kept here
  theme: "auto",
  navigator: "auto", // which app gives directions, one of NAVIGATORS
  toast: null,
  newVersion: null,
  recording: false, // a fact is being written; outlives the page it was pressed on, so that no other page writes it again
  ui: {}, // what a page remembers while it is shown
};

let draw = () => {};
let asked = false;

export function onUpdate(callback) {
  draw = callback;
}

export function update() {
  if (asked) return;
  asked = true;
  // Not animation frames: those stop while the app is in the background, and its page must not fall behind.
  queueMicrotask(() => {
    asked = false;
    draw();
  });
}

let toastTimer;

// Say one thing for a few seconds, also to screen readers.
export function say(words, tone = "info") {
  app.toast = { words, tone };
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    app.toast = null;
    update();
  }, 5000);
  update();
}

// Whoever presses on has seen it, and needs the place that it covers. What went wrong stays its time.
export function hush() {
  if (!app.toast || app.toast.tone === "danger") return;
  app.toast = null;
  update();
}
