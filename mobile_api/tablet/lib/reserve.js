// A little room set aside on the disk, given up when there is no other: the record of what was done, a few hundred
// bytes, must find a place even on a tablet that is full of somebody's films.

import { write } from "./idb.js";

const CACHE = "curbstop-reserve";
const ENTRY = "/tablet/reserve";
const BYTES = 3 * 1024 * 1024;

// Browsers name it differently, and PouchDB puts the browser's error into its reason.
export const isFull = (error) =>
  /quota|no.?space|disk (is )?full/i.test(`${error?.name} ${error?.message} ${error?.reason}`);

// Set the room aside when there is plenty.
export async function setAside() {
  const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  // The cache may be there without its content: a tablet died, or became full, while it was written.
  if (quota - usage < 10 * BYTES || (await caches.match(ENTRY, { cacheName: CACHE }))) return;
  const cache = await caches.open(CACHE);
  await cache.put(ENTRY, new Response(new Uint8Array(BYTES)));
}

// Write changes as `write` does; without room for them, once more in what was set aside.
export async function writeWithReserve(changes) {
  try {
    await write(changes);
  } catch (error) {
    if (!isFull(error) || !(await giveUp())) throw error;
    await write(changes);
  }
}

async function giveUp() {
  if (!(await caches.has(CACHE))) return false;
  // A deleted cache keeps its place on the disk while anything still refers to it; a deleted entry does not.
  const given = await (await caches.open(CACHE)).delete(ENTRY);
  await caches.delete(CACHE);
  return given;
}
