// The technician's own PouchDB on this tablet, held in memory as a map as well: a day is a few hundred
// documents, and every page then draws without waiting for the disk.

import { app, update } from "../lib/state.js";
import { purge } from "../lib/purge.js";
import { useDistrict } from "../lib/words.js";
import { newestLeaf, readModel } from "./model.js";

export class Database {
  constructor(profile) {
    this.profile = profile;
    this.name = profile.database;
    this.docs = new Map();
    this.onChange = () => {};
    this.split = new Map(); // ids of the server's documents that have several leaves here, with all their revisions
    this.choosing = Promise.resolve();
    this.kept = new Map(); // orders as they were when work on them last went on, by number
  }

  async open() {
    this.pouch = new PouchDB(this.name, { auto_compaction: true });
    await this.#follow();
  }

  // The browser closes a database whose disk was full, and PouchDB never opens it again by itself. Answers whether it
  // had to be opened anew; throws when it cannot be.
  async ensureOpen() {
    try {
      await this.pouch.info();
      return false;
    } catch (error) {
      console.warn("the database is opened anew:", error);
    }
    this.feed?.cancel();
    const next = new PouchDB(this.name, { auto_compaction: true });
    await next.info();
    this.pouch = next;
    await this.#follow();
    return true;
  }

  // The ids beginning with `prefix` that are on the disk.
  async idsFrom(prefix) {
    const { rows } = await this.pouch.allDocs({ startkey: prefix, endkey: `${prefix}\uffff` });
    return rows.map((row) => row.id);
  }

  async #follow() {
    const { update_seq: since } = await this.pouch.info();
    const all = await this.pouch.allDocs({ include_docs: true, conflicts: true });
    for (const row of all.rows) this.#changed(row);
    await this.choosing;
    this.feed = this.pouch.changes({ since, live: true, include_docs: true, conflicts: true });
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

  // Draw orders that were taken back with what was kept of them, by number.
  remember(kept) {
    this.kept = kept;
    this.#refresh();
  }

  // Let the pages see a document before the feed brings it.
  show(doc) {
    this.#changed({ id: doc._id, doc });
  }

  // Remove documents without a trace, as the server did, if they still are at the revisions given by id.
  async forget(revs) {
    if (!revs.size) return;
    for (const id of await purge(this.pouch.name, revs)) {
      this.docs.delete(id);
      this.split.delete(id);
    }
    this.#refresh();
  }

  // End the conflicts that the server does not have: of a document with several leaves the one it has stays. `there`
  // gives the server's revision by id. Nothing of this is ever sent.
  async settle(there) {
    for (const [id, leaves] of [...this.split]) {
      if (!leaves.includes(there.get(id))) continue;
      const others = leaves.filter((rev) => rev !== there.get(id));
      await this.pouch.bulkDocs(others.map((rev) => ({ _id: id, _rev: rev, _deleted: true })));
    }
  }

  #changed({ id, deleted, doc }) {
    this.split.delete(id);
    if (deleted) this.docs.delete(id);
    else this.docs.set(id, doc);
    if (doc?._conflicts && doc.kind !== "event") this.#choose(doc);
    this.#refresh();
  }

  // One after the other, so that a later change is shown last.
  #choose(winner) {
    this.split.set(winner._id, [winner._rev, ...winner._conflicts]);
    const choose = async () => {
      const others = winner._conflicts.map((rev) => this.pouch.get(winner._id, { rev }));
      const chosen = newestLeaf([winner, ...(await Promise.all(others))]);
      if (this.docs.get(winner._id) !== winner) return;
      this.docs.set(winner._id, chosen);
      this.#refresh();
    };
    this.choosing = this.choosing.then(choose).catch((error) => console.error("not chosen:", error));
  }

  // Many changes of one batch cost one new model.
  #refresh() {
    if (this.due) return;
    this.due = true;
    queueMicrotask(() => {
      this.due = false;
      app.model = readModel(this.docs, this.kept);
      useDistrict(app.model.settings);
      this.onChange();
      update();
    });
  }
}
