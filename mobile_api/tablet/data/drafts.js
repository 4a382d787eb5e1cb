// Half-filled forms, kept at each keystroke with their photos until the fact is written.

import { entries, read, write } from "../lib/idb.js";

export const draftKey = (profile, order, form) => `${profile.technician.id}/${order.number}/${order.epoch}/${form}`;

export const readDraft = async (key) => (await read("drafts", key)) ?? { values: {}, photos: {} };

let saving = Promise.resolve();

// Saves run one after another, so that an earlier keystroke can never overwrite a later one.
export function saveDraft(key, draft) {
  const copy = { values: structuredClone(draft.values), photos: { ...draft.photos }, at: Date.now() };
  saving = saving.catch(() => {}).then(() => write([["drafts", key, copy]]));
  return saving;
}

export const dropDraft = (key) => write([["drafts", key, undefined]]);

// The orders of a technician that have something begun.
export async function begun(profile) {
  const mine = `${profile.technician.id}/`;
  return new Set((await entries("drafts")).filter(([key]) => key.startsWith(mine)).map(([key]) => key.split("/")[1]));
}
