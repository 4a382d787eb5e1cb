// Two replicas in memory and a server between them: edits, files, conflicts, deletions, live feeds.
// Usage: node pouchdb_both_ways.mjs URL   (with credentials, any database may be made)
import assert from "node:assert/strict";
import PouchDB from "pouchdb";
import memory from "pouchdb-adapter-memory";

PouchDB.plugin(memory);
const [url] = process.argv.slice(2);
const name = `both${Date.now()}`;
const remote = new PouchDB(`${url}/${name}`);
const [one, two] = ["a", "b"].map((part) => new PouchDB(name + part, { adapter: "memory" }));
const base64 = (text) => Buffer.from(text).toString("base64");

const leavesOf = async (db, id) => (await db.get(id, { open_revs: "all" })).map((leaf) => leaf.ok._rev).sort();

async function oneShotBothWays() {
  const docs = Array.from({ length: 30 }, (_, n) => ({ _id: `order:${n}`, n, "é/…": 'ü\n"q"\\', f: 1.5, list: [null, {}] }));
  await one.bulkDocs(docs);
  await one.put({
    _id: "event:1",
    _attachments: {
      "photo 1.jpg": { content_type: "image/jpeg", data: base64("\u00ff\u00d8 photo") },
      "remarks/ü.txt": { content_type: "text/plain", data: base64("words ".repeat(200)) },
    },
  });
  const pushed = await one.replicate.to(remote);
  assert.equal(pushed.docs_written, 31);
  assert.equal(pushed.doc_write_failures, 0);
  const pulled = await two.replicate.from(remote);
  assert.equal(pulled.docs_written, 31);
  for (const db of [two, remote]) {
    const { _rev, ...body } = await db.get("order:7");
    assert.deepEqual(body, docs[7]);
    assert.equal((await db.getAttachment("event:1", "photo 1.jpg")).toString(), "\u00ff\u00d8 photo");
    assert.equal((await db.getAttachment("event:1", "remarks/ü.txt")).toString(), "words ".repeat(200));
  }
}

async function conflictsAreKeptAndWinnersEqual() {
  for (const [db, value] of [[one, "a"], [two, "b"]]) {
    await db.put({ ...(await db.get("order:1")), value });
  }
  await two.put({ ...(await two.get("order:1")), value: "b again" });
  await one.remove(await one.get("order:2"));
  await two.put({ ...(await two.get("order:2")), value: "survives" });
  for (const db of [one, two, one]) await db.sync(remote);
  for (const id of ["order:1", "order:2"]) {
    const [a, b, c] = await Promise.all([one, two, remote].map((db) => db.get(id, { conflicts: true })));
    assert.deepEqual(a, b);
    assert.deepEqual(a, c);
    const leaves = await Promise.all([one, two, remote].map((db) => leavesOf(db, id)));
    assert.equal(leaves[0].length, 2);
    assert.deepEqual(leaves[0], leaves[1]);
    assert.deepEqual(leaves[0], leaves[2]);
  }
  assert.equal((await remote.get("order:1")).value, "b again");
  assert.equal((await remote.get("order:2")).value, "survives");
}

async function secondRunMovesNothing() {
  for (const db of [one, two]) {
    const { push, pull } = await db.sync(remote);
    assert.deepEqual([push.docs_read, push.docs_written, pull.docs_read, pull.docs_written], [0, 0, 0, 0]);
  }
}

async function liveBothWays() {
  const feeds = [one, two].map((db) => db.sync(remote, { live: true, retry: true }));
  const arrived = (db, id) =>
    new Promise((resolve) => {
      const watch = db.changes({ live: true, since: "now" }).on("change", (change) => {
        if (change.id === id) {
          watch.cancel();
          resolve();
        }
      });
    });
  const there = arrived(two, "live:1");
  await one.put({ _id: "live:1", _attachments: { "p.jpg": { content_type: "image/jpeg", data: base64("live") } } });
  await there;
  assert.equal((await two.getAttachment("live:1", "p.jpg")).toString(), "live");
  const back = arrived(one, "live:2");
  await two.put({ _id: "live:2" });
  await back;
  const gone = arrived(two, "live:1");
  await remote.remove(await remote.get("live:1"));
  await gone;
  await assert.rejects(two.get("live:1"), { status: 404 });
  feeds.forEach((feed) => feed.cancel());
}

await oneShotBothWays();
await conflictsAreKeptAndWinnersEqual();
await secondRunMovesNothing();
await liveBothWays();
for (const db of [one, two]) await db.sync(remote);
const [a, b, c] = await Promise.all([one, two, remote].map((db) => db.allDocs()));
assert.deepEqual(a.rows, b.rows);
assert.deepEqual(a.rows, c.rows);
await remote.destroy();
console.log(JSON.stringify({ documents: a.rows.length }));
process.exit(0);
