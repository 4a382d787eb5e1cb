// A tablet that replicates with a CouchDB itself: its day comes in, its event goes out and is answered, and what is
// not its own it can neither read nor write. Usage: node tablet.mjs JSON   (see test_product.py)
import assert from "node:assert/strict";
import PouchDB from "pouchdb";
import memory from "pouchdb-adapter-memory";

PouchDB.plugin(memory);
const { server, database, other, token, order, event, photo } = JSON.parse(process.argv[2]);
const signed = (name, bearer) =>
  new PouchDB(`${server}${name}`, {
    skip_setup: true,
    fetch: (url, options) => {
      if (bearer) options.headers.set("Authorization", `Bearer ${bearer}`);
      return PouchDB.fetch(url, options);
    },
  });
const status = (promise) => promise.then(() => 200, (error) => error.status);
const remote = signed(database, token);
const local = new PouchDB(`tablet${Date.now()}`, { adapter: "memory" });

await local.replicate.from(remote);
const sent = await local.get(order);
const { _attachments: stubs, ...body } = event;
const data = Buffer.alloc(photo, 7).toString("base64");
const files = Object.fromEntries(Object.keys(stubs).map((name) => [name, { content_type: "image/jpeg", data }]));
await local.put({ ...body, _attachments: files });
await local.put({ ...sent, state: "completed" });
await local.put({ _id: "event:zzzzzzzz:00000001", kind: "event" });

const denied = [];
await local.replicate.to(remote).on("denied", (row) => denied.push(row.doc?.id ?? row.id));
const stored = await remote.get(event._id);
const refused = {
  deletion: await status(remote.remove(stored)),
  design: await status(remote.put({ _id: "_design/mine", views: {} })),
  guard: await status(remote.get("_design/guard").then((guard) => remote.remove(guard))),
  otherDatabase: await status(signed(other, token).allDocs()),
  otherWrite: await status(signed(other, token).put({ _id: body._id })),
  nobody: await status(signed(database).allDocs()),
  forged: await status(signed(database, `${token.slice(0, -4)}AAAA`).allDocs()),
};
assert.equal((await remote.get(order)).state, sent.state);

const ack = await new Promise((resolve, reject) => {
  const wanted = `ack:${event._id}`;
  const feed = local.replicate.from(remote, { live: true });
  feed.on("change", ({ docs }) => {
    const found = docs.find((doc) => doc._id === wanted);
    if (found) {
      feed.cancel();
      resolve(found);
    }
  });
  feed.on("error", reject);
});
const again = await local.replicate.to(remote, { filter: (doc) => doc._id === event._id });
console.log(JSON.stringify({ state: sent.state, denied: denied.sort(), refused, ack, again: again.docs_written }));
process.exit(0);
