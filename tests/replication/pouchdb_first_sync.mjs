// A tablet with an empty database gets its day as the tablet app asks for it, live; every request is counted.
// Usage: node pouchdb_first_sync.mjs URL TOKEN   (URL is the technician's database; TOKEN may be empty)
import assert from "node:assert/strict";
import PouchDB from "pouchdb";
import memory from "pouchdb-adapter-memory";
import { pullFeed } from "../../mobile_api/tablet/data/feeds.js";

PouchDB.plugin(memory);
const [url, token] = process.argv.slice(2);
const base = new URL(url).pathname;
const requests = [];
const remote = new PouchDB(url, {
  skip_setup: true,
  fetch: async (target, options) => {
    const { pathname, searchParams } = new URL(target);
    if (token) options.headers.set("Authorization", `Bearer ${token}`);
    const report = await PouchDB.fetch(target, options);
    const parked = searchParams.get("feed") === "longpoll";
    const path = pathname.replace(base, "").replace(/_local\/.*/, "_local/…");
    if (!parked) requests.push(`${report.status} ${options.method ?? "GET"} ${path}`);
    return report;
  },
});
const local = new PouchDB(`first${Date.now()}`, { adapter: "memory" });
const feed = local.replicate.from(remote, { ...pullFeed(), live: true });
await new Promise((resolve, reject) => {
  feed.on("paused", (error) => (error ? reject(error) : resolve()));
  feed.on("error", reject);
});
const counted = [...requests];
feed.cancel();
const { rows } = await local.allDocs({ include_docs: true });
assert.ok(rows.every((row) => !row.doc._attachments));
console.log(JSON.stringify({ ids: rows.map((row) => row.id), requests: counted }));
process.exit(0);
