// The tablet app begins here: check the browser, load what is kept, draw.

import { goOnWith } from "./lib/clock.js";
import { entries, read, write } from "./lib/idb.js";
import { Worded } from "./lib/failures.js";
import { beginLanguage } from "./lib/language.js";
import { startRouter } from "./lib/router.js";
import { app, hush, onUpdate, update } from "./lib/state.js";
import { render } from "./lib/view.js";
import { lock } from "./data/open.js";
import { loadProfiles } from "./data/profiles.js";
import { keepAlerting } from "./ui/alerts.js";
import { keepMapFresh } from "./ui/mapfiles.js";
import { page } from "./ui/pages.js";
import { applyTheme } from "./ui/tablet.js";
import { keepInstalled } from "./install.js";

const IDLE_LOCK_MS = 30 * 60_000;
const AGE_REDRAW_MS = 30_000;

const CLOCK = "clock_offset_ms";

function keepOffset(ms) {
  write([["settings", CLOCK, ms]]).catch((error) => console.warn("the clock's offset was not kept:", error));
}

function check() {
  if (!globalThis.isSecureContext) throw new Worded("door.insecure");
  if (!globalThis.indexedDB || !navigator.locks || !globalThis.PouchDB)
    throw new Worded("door.old_browser");
}

// A tablet left in the truck locks itself; what is typed is kept.
function lockWhenIdle() {
  let timer;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(lock, IDLE_LOCK_MS);
  };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, again, { passive: true });
  again();
}

// PouchDB leaves promises without a handler when a replication is cancelled while it asks. That a request was ended
// is no failure; any other rejection is reported as ever.
function ignoreEndedRequests() {
  addEventListener("unhandledrejection", (event) => {
    if (event.reason?.name === "AbortError") event.preventDefault();
  });
}

async function start() {
  ignoreEndedRequests();
  const root = document.getElementById("app");
  onUpdate(() => render(page(), root));
  startRouter();
  addEventListener("pointerdown", hush, { passive: true });
  try {
    await beginLanguage();
    check();
    app.storage.persisted = (await navigator.storage?.persisted?.()) ?? false;
    app.storage.understood = (await read("settings", "storage_understood")) ?? false;
    goOnWith(await read("settings", CLOCK), keepOffset);
    app.theme = (await read("settings", "theme")) ?? "auto";
    applyTheme();
    app.navigator = (await read("settings", "navigator")) ?? "auto";
    app.profiles = await loadProfiles();
    app.waiting = new Set((await entries("pending")).map(([id]) => id)); // of everybody, until somebody opens the app
    app.phase = app.profiles.length ? "locked" : "enrol";
  } catch (error) {
    Object.assign(app, { phase: "broken", failure: error });
  }
  update();
  lockWhenIdle();
  setInterval(update, AGE_REDRAW_MS);
  keepMapFresh();
  keepAlerting();
  await keepInstalled();
}

await start();
