// Keeps the app on the tablet, and offers a new version without forcing it on anybody mid-work.

import { app, update } from "./lib/state.js";

const LOOK_EVERY_MS = 60 * 60_000;

export async function keepInstalled() {
  if (!navigator.serviceWorker) return;
  let registration;
  try {
    registration = await navigator.serviceWorker.register("worker.js");
  } catch {
    return; // offline with an emptied browser: the app runs, and is kept at the next visit
  }
  const offer = (worker) => {
    app.newVersion = () => worker.postMessage("take over");
    update();
  };
  if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed" && navigator.serviceWorker.controller) offer(worker);
    });
  });
  let reloading = false;
  const controlled = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!controlled || reloading) return;
    reloading = true;
    location.reload();
  });
  setInterval(() => registration.update().catch(() => {}), LOOK_EVERY_MS);
}
