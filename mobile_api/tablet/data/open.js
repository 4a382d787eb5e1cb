// Opening and closing a technician's work on this tablet, and forgetting everything when it was revoked.

import { wipe } from "../lib/idb.js";
import { openLanguage } from "../lib/language.js";
import { app, update } from "../lib/state.js";
import { Database } from "./database.js";
import { forgetArrivals } from "./arrivals.js";
import { begun } from "./drafts.js";
import { EventWriter } from "./events.js";
import { stopWatching, watchIfAllowed } from "./position.js";
import { loadProfiles } from "./profiles.js";
import { keepScanner } from "./scanner.js";
import { Session } from "./session.js";
import { Sync } from "./sync.js";
import { Waiting } from "./waiting.js";

// What belongs to the technician who is signed in; null while the tablet is locked.
export let work = null;

export async function openProfile(profile, firstSession = null) {
  if (work?.database.profile === profile && !firstSession) {
    app.phase = "open";
    return update();
  }
  await closeProfile();
  await openLanguage(profile.technician.id);
  const database = new Database(profile);
  const waiting = new Waiting(profile, database);
  const writer = new EventWriter(profile, database, waiting);
  const sync = new Sync(profile, database, waiting, new Session(profile, firstSession), revoked);
  await database.open();
  await waiting.load();
  app.storage.again = await writer.recover();
  work = { database, writer, sync, waiting };
  Object.assign(app, { profile, phase: "open", begun: await begun(profile) });
  await sync.start();
  await watchIfAllowed();
  keepScanner().catch((error) => console.warn("the barcode reader was not kept:", error));
  update();
}

// Hide everything behind the PIN. Sending goes on, because a tablet that charges overnight should arrive empty.
export function lock() {
  if (app.phase === "open") Object.assign(app, { phase: "locked", ui: {} });
  update();
}

async function closeProfile() {
  if (!work) return;
  const { sync, database, writer, waiting } = work;
  work = null;
  writer.stop();
  sync.stop();
  waiting.close();
  stopWatching();
  forgetArrivals();
  await database.close();
  Object.assign(app, { profile: null, model: null, phase: "locked", ui: {} });
  update();
}

// A revoked tablet keeps no customer's data: databases, drafts and keys go. What it had not sent goes with
// them, which is why the office is asked to bring a tablet in before revoking it, unless it is lost.
async function revoked() {
  const profiles = await loadProfiles();
  await closeProfile();
  for (const profile of profiles) await new PouchDB(profile.database).destroy();
  await wipe();
  Object.assign(app, { profiles: [], phase: "revoked" });
  update();
}
