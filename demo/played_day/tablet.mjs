// One tablet of the demo day: a real PouchDB with a key of its own, online or off, writing facts as the app does.

import PouchDB from "pouchdb";
import memory from "pouchdb-adapter-memory";

import { makeKey, publicJwk, randomId, sha256, sign } from "../../mobile_api/tablet/lib/crypto.js";

PouchDB.plugin(memory);

const VERSION = "demo";
const BEGINNING = "0".repeat(64);
const SPARE_MS = 60_000; // a token must not end under a request; of a short one, half
const RETRY_MS = 50; // the demo does not wait as long for a second try as a tablet in the field

const seconds = (offset) => Math.floor((Date.now() + offset) / 1000);

export class Tablet {
  #key = null;
  #token = null;
  #feeds = new Set();
  #counter = 0;
  #chain = null;
  #offset = 0;
  #offline = true;
  #refuse = () => {}; // hears when the document database does not let the tablet in

  constructor(server, name) {
    this.server = server;
    this.name = name;
  }

  // Let the technician of the code onto this tablet, and open its database in memory.
  async enrol(code) {
    this.#key = await makeKey();
    const plain = code.replaceAll("-", "");
    const claims = { aud: "curbstop:enrol", iat: seconds(0), jti: randomId(), code: plain };
    const body = { code, name: this.name, public_jwk: await publicJwk(this.#key), proof: await sign(this.#key, claims) };
    const answer = await this.#post("enrol", { ...body, app_version: VERSION });
    this.device = answer.device;
    this.technician = answer.technician.id;
    this.database = answer.database;
    this.couch = new URL(answer.couch_url, this.server);
    this.#counter = answer.counter;
    this.#chain = { prefix: answer.receipts.prefix, next: answer.receipts.first, hash: BEGINNING };
    this.local = new PouchDB(`${this.database}-${this.device}`, { adapter: "memory" });
    return { device: this.device, technician: this.technician, database: this.database };
  }

  // Replicate live both ways, through `via` when a proxy is between. A feed that broke off is begun anew rather than
  // resumed: PouchDB's own retry may go on from a checkpoint past the batch that it dropped.
  online(via = null) {
    this.#offline = false;
    const remote = this.#remote(via);
    const mine = (doc) => doc._id.startsWith("event:");
    this.#keepUp(() => this.local.replicate.from(remote, { live: true, batch_size: 1000 }));
    this.#keepUp(() => this.local.replicate.to(remote, { live: true, filter: mine }));
  }

  #keepUp(begin) {
    const feed = begin();
    this.#feeds.add(feed);
    feed.on("error", (error) => {
      if (error.status === 401 || error.status === 403) this.#refuse(error);
      feed.cancel();
      if (this.#feeds.delete(feed)) setTimeout(() => this.#offline || this.#keepUp(begin), RETRY_MS);
    });
    feed.catch(() => {}); // reported by the error event
  }

  // No signal from here on: feeds end, and every further request fails.
  offline() {
    this.#offline = true;
    for (const feed of this.#feeds) feed.cancel();
    this.#feeds.clear();
  }

  // Resolve when every wanted document is here with the wanted values; reject after `ms`, and at once when the document
  // database does not let the tablet in.
  async wait(wanted, ms) {
    const found = new Map();
    const fits = (doc) => {
      const want = wanted.find((one) => one._id === doc._id);
      return want && Object.entries(want).every(([name, value]) => JSON.stringify(doc[name]) === JSON.stringify(value));
    };
    const feed = this.local.changes({ since: 0, live: true, include_docs: true });
    const arrived = new Promise((resolve) => {
      feed.on("change", ({ id, doc }) => {
        if (!fits(doc)) return;
        found.set(id, doc);
        if (found.size === wanted.length) resolve();
      });
    });
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${this.name} waited for ${this.#missing(wanted, found)}`)), ms);
    });
    const refused = new Promise((_, reject) => {
      this.#refuse = ({ status, reason }) =>
        reject(Object.assign(new Error(`${this.name} got ${status} (${reason}) from ${this.couch}`), { refused: true }));
    });
    try {
      if (wanted.length) await Promise.race([arrived, late, refused]);
    } finally {
      clearTimeout(timer);
      feed.cancel();
      this.#refuse = () => {};
    }
    return [...found.values()];
  }

  #missing(wanted, found) {
    return wanted.filter((one) => !found.has(one._id)).map((one) => one._id).join(", ");
  }

  // Write one fact about an order; `photos` maps attachment names to base64 JPEG.
  async write(event, order, body, photos = {}) {
    const made = event === "payment" ? { receipt: await this.#receipt(body) } : body;
    const seen = await this.local.get(`order:${order}`);
    this.#counter += 1;
    const doc = {
      _id: `event:${this.device}:${String(this.#counter).padStart(8, "0")}`,
      kind: "event",
      schema: 1,
      event,
      order,
      epoch: seen.epoch,
      seen_seq: seen.server_seq,
      rule_set: seen.rule_set,
      technician: this.technician,
      device: this.device,
      counter: this.#counter,
      app_version: VERSION,
      at: new Date().toISOString(),
      clock: { monotonic_ms: Math.round(performance.now()), offset_ms: this.#offset, gps_time: null },
      position: { lon: seen.premise.position[0], lat: seen.premise.position[1], accuracy_m: 6 },
      body: made,
    };
    const files = Object.entries(photos).map(([name, data]) => [name, { content_type: "image/jpeg", data }]);
    await this.local.put(files.length ? { ...doc, _attachments: Object.fromEntries(files) } : doc);
    return doc;
  }

  // The next receipt of this tablet's block, chained to the one before (docs/documents.md).
  async #receipt({ account, amount_cents, method }) {
    const { prefix, next, hash: previous } = this.#chain;
    const number = `${prefix}-${String(next).padStart(6, "0")}`;
    const taken = new Date().toISOString();
    const hash = await sha256([previous, number, account, amount_cents, method, "", taken].join("|"));
    this.#chain = { prefix, next: next + 1, hash };
    return { number, amount_cents, method, check_number: null, account, taken_at: taken, previous_hash: previous, hash };
  }

  // Offer documents again although the server has them: a replication that knows no checkpoint.
  async resend(ids) {
    const result = await this.local.replicate.to(this.#remote(), { doc_ids: ids, checkpoint: false });
    return { checked: result.docs_read, written: result.docs_written };
  }

  // Post a document as it is, once as the revision the server has, once as one it does not know: what a
  // tablet does that was restored from a copy of itself.
  async repost(id) {
    const doc = await this.local.get(id);
    const hash = await sha256(`${id} again`);
    const again = { ...doc, _rev: `1-${hash.slice(0, 32)}` };
    const answer = await this.#fetch(`${this.couch}${this.database}/_bulk_docs`, {
      method: "POST",
      headers: new Headers({ "Content-Type": "application/json" }),
      body: JSON.stringify({ new_edits: false, docs: [doc, again] }),
    });
    return { status: answer.status, refused: await answer.json() };
  }

  async close() {
    this.offline();
    await this.local.close();
  }

  #remote(via = null) {
    const url = new URL(`${this.couch.pathname}${this.database}`, via ?? this.couch);
    return new PouchDB(url.href, { skip_setup: true, fetch: (at, options) => this.#fetch(at, options) });
  }

  async #fetch(url, options) {
    if (this.#offline) throw new TypeError("no signal");
    options.headers.set("Authorization", `Bearer ${await this.#fresh()}`);
    return PouchDB.fetch(url, options);
  }

  async #fresh() {
    if (!this.#token || Date.now() + this.#offset > this.#token.renew) await this.#signIn();
    return this.#token.text;
  }

  async #signIn() {
    const claims = { aud: "curbstop:session", iss: this.device, sub: this.technician, iat: seconds(this.#offset), jti: randomId() };
    const asked = Date.now();
    const answer = await this.#post("session", { assertion: await sign(this.#key, claims), counter: this.#counter, app_version: VERSION });
    this.#offset = Math.round(new Date(answer.server_time).getTime() - (asked + Date.now()) / 2);
    const [ends, begins] = [answer.expires_at, answer.server_time].map((time) => new Date(time).getTime());
    this.#token = { text: answer.token, renew: ends - Math.min(SPARE_MS, (ends - begins) / 2) };
  }

  async #post(path, body) {
    const answer = await fetch(new URL(`/api/devices/${path}`, this.server), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const data = await answer.json();
    if (!answer.ok) throw new Error(`${data.code}: ${data.words}`);
    return data;
  }
}
