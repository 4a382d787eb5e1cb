// Writes facts. Counter, receipt chain, the fact and its photos are kept in one transaction before anything
// else happens, so a tablet that dies at any moment neither loses a fact nor uses a number twice. The journal keeps
// the fact until the server has it: a database that somebody deleted, or that the disk had no room for, is written again.

import { iso, monotonicMs, offsetMs } from "../lib/clock.js";
import { entries, read, write } from "../lib/idb.js";
import { isFull, writeWithReserve } from "../lib/reserve.js";
import { app, update, VERSION } from "../lib/state.js";
import { finished } from "../rules/progress.js";
import { dropping } from "./drafts.js";
import { keptOrders, keeping } from "./keptorders.js";
import { lastFix } from "./position.js";

const SCHEMA = 1;
const RETRY_MS = 10_000;

export class EventWriter {
  constructor(profile, database, waiting) {
    Object.assign(this, { profile, database, waiting });
  }

  stop() {
    clearTimeout(this.retry);
  }

  // Finish what was interrupted, and raise the counter above everything known of this tablet. Answers what had to be
  // written again because the database had lost it: { entries, photos }.
  async recover() {
    const again = { entries: 0, photos: 0 };
    await this.#alone(async () => {
      const kept = (await read("counters", this.profile.device)) ?? 0;
      const highest = Math.max(kept, this.profile.counter ?? 0, this.database.highestCounter());
      if (highest > kept) await write([["counters", this.profile.device, highest]]);
      this.database.remember(await keptOrders(this.profile));
      for (const [id, item] of await entries("pending")) {
        if (item.database !== this.profile.database || this.database.docs.has(id)) continue;
        if (item.placed) {
          again.entries += 1;
          again.photos += item.photo_names.length;
        }
        await this.#place(id, item);
      }
    });
    return again;
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
        ...keeping(this.profile, order, finished(event)),
        ...made.changes,
      ];
      if (drop) changes.push(...dropping(drop));
      this.waiting.begin(doc._id);
      try {
        await writeWithReserve(changes);
      } catch (error) {
        this.waiting.abandon(doc._id);
        throw error;
      }
      if (order?.premise) this.database.kept.set(order.number, order);
      await this.#place(doc._id, item);
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
  async #place(id, { database, doc, photos }) {
    try {
      await this.database.add(doc, photos);
      // Once the pictures lie in the database a second copy would only fill the tablet.
      await write([["pending", id, { database, doc, photos: {}, photo_names: Object.keys(photos), placed: true }]]);
      app.storage.full = false;
    } catch (error) {
      console.error("kept, to be written again:", id, error);
      if (isFull(error)) app.storage.full = true;
      this.database.show(doc);
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.again(), RETRY_MS);
    }
    update();
  }

  // Try once more what only the journal holds.
  async again() {
    await this.#alone(async () => {
      await this.database.ensureOpen();
      for (const [id, item] of await entries("pending"))
        if (item.database === this.profile.database && !item.placed) await this.#place(id, item);
    }).catch((error) => {
      console.error("still not written:", error);
      this.retry = setTimeout(() => this.again(), RETRY_MS);
    });
  }

  // One writer at a time, over all windows of this tablet.
  #alone(work) {
    return navigator.locks.request("curbstop-writer", work);
  }
}
