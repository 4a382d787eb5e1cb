// The technician's own PouchDB on this tablet, held in memory as a map as well: a day is a few hundred
// documents, and every page then draws without waiting for the disk.

import { app, update } from "../lib/state.js";
import { useZone } from "../lib/words.js";
import { readModel } from "./model.js";

export class Database {
  constructor(profile) {
    this.profile = profile;
    this.pouch = new PouchDB(profile.database, { auto_compaction: true });
    this.docs = new Map();
  }

  async open() {
    const { update_seq: since } = await this.pouch.info();
    const all = await this.pouch.allDocs({ include_docs: true });
    for (const row of all.rows) this.docs.set(row.id, row.doc);
    this.feed = this.pouch.changes({ since, live: true, include_docs: true });
    this.feed.on("change", (change) => this.#changed(change));
    this.#refresh();
  }

  close() {
    this.feed?.cancel();
    return this.pouch.close();
  }

  // Highest counter among the tablet's own events that are kept here.
  highestCounter() {
    const prefix = `event:${this.profile.device}:`;
    let highest = 0;
    for (const id of this.docs.keys())
      if (id.startsWith(prefix)) highest = Math.max(highest, Number(id.slice(prefix.length)));
    return highest;
  }

  // Add an event document with its photos; one that is here already is left as it is.
  async add(doc, photos) {
    const files = Object.entries(photos).map(([name, data]) => [name, { content_type: data.type, data }]);
    try {
      await this.pouch.put(files.length ? { ...doc, _attachments: Object.fromEntries(files) } : doc);
    } catch (error) {
      if (error.name !== "conflict") throw error;
    }
    this.show(await this.pouch.get(doc._id));
  }

  // Let the pages see a document before the feed brings it.
  show(doc) {
    this.#changed({ id: doc._id, doc });
  }

  #changed({ id, deleted, doc }) {
    if (deleted) this.docs.delete(id);
    else this.docs.set(id, doc);
    this.#refresh();
  }

  // Many changes of one batch cost one new model.
  #refresh() {
    if (this.due) return;
    this.due = true;
    queueMicrotask(() => {
      this.due = false;
      app.model = readModel(this.docs);
      useZone(app.model.settings.timezone);
      update();
    });
  }
}
