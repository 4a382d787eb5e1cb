// Which facts the server has. "Waiting to send" is everything it has not confirmed, whatever the feeds say.

import { entries, write } from "../lib/idb.js";
import { app, update } from "../lib/state.js";

export class Confirmations {
  constructor(profile, database) {
    this.database = database;
    this.prefix = `event:${profile.device}:`;
    this.owner = `${profile.technician.id}/`;
  }

  // Read what was confirmed before, and forget events that have left this tablet.
  async load() {
    const kept = (await entries("sent"))
      .filter(([key]) => key.startsWith(this.owner))
      .map(([key]) => key.slice(this.owner.length));
    this.sent = new Set(kept);
    const gone = kept.filter((id) => !this.database.docs.has(id));
    if (gone.length) await write(gone.map((id) => ["sent", this.owner + id, undefined]));
    this.count();
  }

  // Ask for the revisions of what is not confirmed yet; a row with one is stored there.
  async check(remote) {
    this.count();
    const asked = [...app.waiting];
    if (!asked.length) return;
    const { rows } = await remote.allDocs({ keys: asked });
    const stored = rows.filter((row) => row.value?.rev).map((row) => row.id);
    if (!stored.length) return;
    await write(stored.map((id) => ["sent", this.owner + id, Date.now()]));
    for (const id of stored) this.sent.add(id);
    this.count();
  }

  // The server does not have these although it once did, and has not answered them: they wait again.
  async doubt(ids) {
    if (!ids.length) return;
    await write(ids.map((id) => ["sent", this.owner + id, undefined]));
    for (const id of ids) this.sent.delete(id);
    this.count();
  }

  count() {
    const waiting = new Set();
    for (const id of this.database.docs.keys())
      if (id.startsWith(this.prefix) && !this.sent.has(id) && !this.database.docs.has(`ack:${id}`))
        waiting.add(id);
    app.waiting = waiting;
    update();
  }
}
