// Half-filled forms, kept at each keystroke until the fact is written. Photos lie beside the values under keys of
// their own, so that a keystroke writes a few hundred bytes and not the pictures again.

import { entries, write } from "../lib/idb.js";

export const draftKey = (profile, order, form) =>
  `${profile.technician.id}/${order.number}/${order.epoch}/${form}`;

const photoKey = (key, name) => `${key}/${name}`;

export async function readDraft(key) {
  const draft = { values: {}, photos: {} };
  for (const [place, kept] of await entries("drafts")) {
    if (place === key) draft.values = kept.values;
    else if (place.startsWith(`${key}/`)) draft.photos[place.slice(key.length + 1)] = kept;
  }
  return draft;
}

const newest = new Map();
let saving = null;

async function saveNewest() {
  while (newest.size) {
    const changes = [...newest].map(([key, values]) => ["drafts", key, { values, at: Date.now() }]);
    newest.clear();
    await write(changes);
  }
}

// Keep the values as they are now. Keystrokes that come while the disk is busy are kept together by the next
// write. Resolves when the newest are on the disk.
export function saveDraft(key, values) {
  newest.set(key, structuredClone(values));
  saving ??= saveNewest().finally(() => {
    saving = null;
  });
  return saving;
}

export const savePhoto = (key, name, photo) => write([["drafts", photoKey(key, name), photo]]);

// The changes that remove a draft, for the transaction that writes its fact.
export function dropping({ key, photos }) {
  newest.delete(key);
  return [key, ...Object.keys(photos).map((name) => photoKey(key, name))].map((place) => [
    "drafts",
    place,
    undefined,
  ]);
}

export async function dropDraft(draft) {
  await saving;
  await write(dropping(draft));
}

// Whether a draft is of work that must not be lost: a code that did not fit is typed again.
export const isWork = (key) => !key.endsWith("/code");

// The orders of a technician that have something begun.
export async function begun(profile) {
  const mine = `${profile.technician.id}/`;
  const kept = (await entries("drafts")).map(([key]) => key).filter((key) => key.startsWith(mine) && isWork(key));
  return new Set(kept.map((key) => key.split("/")[1]));
}
