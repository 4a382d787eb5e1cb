// The form that is open: its values and photos, kept on the tablet at every keystroke.

import { begun, draftKey, dropDraft, isWork, readDraft, saveDraft, savePhoto } from "../data/drafts.js";
import { shrink } from "../data/photos.js";
import { app, say, update } from "../lib/state.js";
import { t } from "../lib/texts.js";
import { wordsOf } from "../lib/failures.js";

// The draft of this order's form, or null while it is being read. `proposed`: values to begin with.
export function openDraft(order, kind, proposed = {}) {
  const key = draftKey(app.profile, order, kind);
  if (app.ui.draft?.key === key) return app.ui.draft.ready ? app.ui.draft : null;
  const draft = {
    key,
    order: order.number,
    ready: false,
    values: {},
    photos: {},
    touched: new Set(),
    tried: false,
  };
  app.ui.draft = draft;
  readDraft(key).then((kept) => {
    Object.assign(draft, { values: { ...proposed, ...kept.values }, photos: kept.photos, ready: true });
    update();
  });
  return null;
}

// What was typed has become a fact: a form of the same kind that was opened while it was being written begins empty.
export function used(draft) {
  if (app.ui.draft?.key === draft.key) app.ui.draft = null;
  update();
  lookAgain();
}

// Of an order more than one form may be begun: its other ones stay begun when one is done with.
async function lookAgain() {
  try {
    app.begun = await begun(app.profile);
  } catch (error) {
    console.error("what is begun was not read again:", error);
  }
  update();
}

function keep(draft, saved) {
  if (isWork(draft.key)) app.begun?.add(draft.order);
  saved.catch((error) => say(t("not_kept", { reason: wordsOf(error) }), "danger"));
  update();
}

export function setValue(draft, name, value) {
  draft.values[name] = value;
  keep(draft, saveDraft(draft.key, draft.values));
}

// Complaints about a field wait until it was left once.
export function touch(draft, name) {
  draft.touched.add(name);
  update();
}

export async function addPhoto(draft, name, file) {
  if (!file) return;
  draft.busy = name;
  update();
  try {
    draft.photos[name] = await shrink(file, app.model.settings.photo);
    keep(draft, savePhoto(draft.key, name, draft.photos[name]));
  } catch (error) {
    say(wordsOf(error), "danger");
  }
  draft.busy = null;
  update();
}

export function removePhoto(draft, name) {
  delete draft.photos[name];
  keep(draft, savePhoto(draft.key, name, undefined));
}

export async function discard(draft) {
  await dropDraft(draft);
  app.ui = {};
  await lookAgain();
}
