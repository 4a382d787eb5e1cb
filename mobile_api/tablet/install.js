// Keeps the app on the tablet, and offers a new version without forcing it on anybody mid-work.

import { app, update } from "./lib/state.js";

const LOOK_EVERY_MS = 60 * 60_000;
const AGAIN_MS = 60_000; // an installation that a portal spoilt is tried again soon

// Offline, behind a portal, or with an emptied browser there is nothing to register: the app runs, and is kept later.
async function registered() {
  try {
    const known = await navigator.serviceWorker.getRegistration();
    if (!known) return await navigator.serviceWorker.register("worker.js");
    await known.update();
    return known;
  } catch (error) {
    console.warn("not installed:", error);
    return null;
  }
}

function offer(worker) {
  if (!worker || !navigator.serviceWorker.controller) return;
  app.newVersion = () => worker.postMessage("take over");
  update();
}

const followed = new WeakSet();

function follow(registration) {
  offer(registration.waiting);
  if (followed.has(registration)) return;
  followed.add(registration);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => worker.state === "installed" && offer(worker));
  });
}

export async function keepInstalled() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  let reloading = false;
  const controlled = Boolean(serviceWorker.controller);
  serviceWorker.addEventListener("controllerchange", () => {
    if (!controlled || reloading) return;
    reloading = true;
    location.reload();
  });
  let timer;
  const look = async () => {
    clearTimeout(timer);
    const registration = await registered();
    if (registration) follow(registration);
    timer = setTimeout(look, registration?.active ? LOOK_EVERY_MS : AGAIN_MS);
  };
  addEventListener("online", look);
  await look();
}
