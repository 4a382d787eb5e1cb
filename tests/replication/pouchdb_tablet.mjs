// A tablet with a token: its day arrives in few requests, its events leave, the server's documents stay the server's.
// Usage: node pouchdb_tablet.mjs URL TOKEN DEVICE   (URL is the technician's database)
import assert from "node:assert/strict";
import PouchDB from "pouchdb";
import memory from "pouchdb-adapter-memory";

PouchDB.plugin(memory);
const [url, token, device] = process.argv.slice(2);
const requests = [];
const remote = new PouchDB(url, {
  skip_setup: true,
  fetch: (target, options) => {
    const path = new URL(target).pathname.replace(new URL(url).pathname, "").replace(/_local\/.*/, "_local/…");
    requests.push(`${options.method ?? "GET"} ${path}`);
    options.headers.set("Authorization", `Bearer ${token}`);
    return PouchDB.fetch(target, options);
  },
});
const local = new PouchDB(`tablet${Date.now()}`, { adapter: "memory" });

const pulled = await local.replicate.from(remote);
const firstSync = [...requests];

const photo = Buffer.alloc(100_000, 7).toString("base64");
const order = await local.get("order:1");
await local.put({ ...order, tampered: true });
await local.put({ _id: "event:other:1", not: "mine" });
await local.put({ _id: `event:${device}:1`, _attachments: { "p.jpg": { content_type: "image/jpeg", data: photo } } });
const denied = [];
const push = local.replicate.to(remote);
push.on("denied", (row) => denied.push(row.id));
const pushed = await push;

requests.length = 0;
const again = await local.replicate.to(remote);
assert.equal(again.docs_written, 0);
assert.deepEqual(denied.sort(), ["event:other:1", "order:1"]);
const stored = await remote.getAttachment(`event:${device}:1`, "p.jpg");
assert.equal(stored.length, 100_000);
assert.equal((await remote.get("order:1")).tampered, undefined);

console.log(JSON.stringify({ pulled: pulled.docs_written, pushed: pushed.docs_written, firstSync }));
process.exit(0);
