// Writes facts. Counter, receipt chain, the fact and its photos are kept in one transaction before anything
// else happens, so a tablet that dies at any moment neither loses a fact nor uses a number twice.

import { iso, monotonicMs, offsetMs } from "../lib/clock.js";
import { entries, read, write } from "../lib/idb.js";
import { app, update, VERSION } from "../lib/state.js";
import { dropping } from "./drafts.js";
import { lastFix } from "./position.js";

const SCHEMA = 1;
const RETRY_MS = 10_000;

export class EventWriter {
  constructor(profile, database) {
    this.profile = profile;
    this.database = database;
  }

  stop() {
    clearTimeout(this.retry);
  }

  // Finish what was interrupted, and raise the counter above everything known of this tablet.
  async recover() {
    await this.#alone(async () => {
      const kept = (await read("counters", this.profile.device)) ?? 0;
      const highest = Math.max(kept, this.profile.counter ?? 0, this.database.highestCounter());
      if (highest > kept) await write([["counters", this.profile.device, highest]]);
      for (const [id, item] of await entries("pending"))
        if (item.database === this.profile.database) await this.#settle(id, item);
    });
  }

  // Write one fact about an order (null for none). `body` may be a function of nothing returning
  // { body, changes }: extra changes that must happen with it. `drop`: the draft it came from. Answers the document.
  async write(event, order, body = {}, { photos = {}, drop = null } = {}) {
    return this.#alone(async () => {
      const made = typeof body === "function" ? await body() : { body, changes: [] };
      const counter = ((await read("counters", this.profile.device)) ?? 0) + 1;
      const doc = this.#document(event, order, counter, made.body);
      const item = { database: this.profile.database, doc, photos };
      const changes = [
        ["counters", this.profile.device, counter],
        ["pending", doc._id, item],
        ...made.changes,
      ];
      if (drop) changes.push(...dropping(drop));
      await write(changes);
      await this.#settle(doc._id, item);
      return doc;
    });
  }

  #document(event, order, counter, body) {
    const fix = lastFix();
    return {
      _id: `event:${this.profile.device}:${String(counter).padStart(8, "0")}`,
      kind: "event",
      schema: SCHEMA,
      event,
      order: order?.number ?? null,
      epoch: order?.epoch ?? null,
      seen_seq: order?.server_seq ?? null,
      rule_set: order?.rule_set ?? app.model?.fees.rule_set ?? null,
      technician: this.profile.technician.id,
      device: this.profile.device,
      counter,
      app_version: VERSION,
      at: iso(),
      clock: { monotonic_ms: monotonicMs(), offset_ms: offsetMs(), gps_time: fix?.time ?? null },
      position: fix?.position ?? null,
      body,
    };
  }

  // Hand a kept fact to the database. When that fails the fact is safe all the same: it shows, and is tried again.
  async #settle(id, { doc, photos }) {
    app.waiting.add(id);
    try {
      await this.database.add(doc, photos);
      await write([["pending", id, undefined]]);
    } catch (error) {
      console.error("kept, to be written again:", id, error);
      this.database.show(doc);
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.recover(), RETRY_MS);
    }
    update();
  }

  // One writer at a time, over all windows of this tablet.
  #alone(work) {
    return navigator.locks.request("curbstop-writer", work);
  }
}
