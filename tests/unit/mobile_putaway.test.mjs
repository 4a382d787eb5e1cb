// What may leave a tablet after the server put it away, and which of a document's leaves is shown. Node's own runner.

import assert from "node:assert/strict";
import { test } from "node:test";

const TABLET = new URL("../../mobile_api/tablet/", import.meta.url);
const load = (name) => import(new URL(name, TABLET));

// As much of a browser's database as one key needs.
const kept = new Map();
const answering = (result) => {
  const request = { result };
  queueMicrotask(() => request.onsuccess?.());
  return request;
};
const store = { get: (key) => answering(kept.get(key)), put: (value, key) => kept.set(key, value) };
const transaction = () => {
  const made = { objectStore: () => store };
  setTimeout(() => made.oncomplete?.());
  return made;
};
globalThis.indexedDB = { open: () => answering({ transaction }) };

const { judge, PutAway } = await load("data/putaway.js");
const { newestLeaf } = await load("data/model.js");

const event = (id, order) => [id, { _id: id, kind: "event", order }];
const plain = (...ids) => ids.map((id) => [id, { _id: id }]);
const mine = (counter) => `event:aa:${counter}`;

function judged(docs, missing, more = {}) {
  const rules = { prefix: "event:aa:", waiting: new Set(), begun: [], ...more };
  const { gone, unsent } = judge(new Map(docs), new Set(missing), rules);
  return { gone: gone.sort(), unsent: unsent.sort() };
}

test("an answered event goes with its answer and its order", () => {
  const docs = [event(mine(1), "W1"), ...plain(`ack:${mine(1)}`, "order:W1", "order:W2", "route:2026-03-02")];
  const missing = [mine(1), `ack:${mine(1)}`, "order:W1", "route:2026-03-02"];
  assert.deepEqual(judged(docs, missing), { gone: missing.sort(), unsent: [] });
});

test("an event without an answer is offered again and keeps its order", () => {
  const docs = [event(mine(1), "W1"), ...plain("order:W1")];
  assert.deepEqual(judged(docs, [mine(1), "order:W1"]), { gone: [], unsent: [mine(1)] });
});

test("what waits to be sent stays, whatever else is missing", () => {
  const docs = [event(mine(1), "W1"), ...plain(`ack:${mine(1)}`, "order:W1")];
  const waiting = new Set([mine(1)]);
  const { gone, unsent } = judged(docs, [mine(1), `ack:${mine(1)}`, "order:W1"], { waiting });
  assert.deepEqual({ gone, unsent }, { gone: [], unsent: [] });
});

test("an event that came after the question keeps its order", () => {
  const docs = [event(mine(1), "W1"), ...plain("order:W1")];
  assert.deepEqual(judged(docs, ["order:W1"], { waiting: new Set([mine(1)]) }), { gone: [], unsent: [] });
});

test("another tablet's events go without being answered, and begun forms keep their order", () => {
  const other = "event:bb:1";
  const docs = [event(other, "W1"), ...plain(`ack:${other}`, "order:W1", "order:W2")];
  const missing = [other, `ack:${other}`, "order:W1", "order:W2"];
  assert.deepEqual(judged(docs, missing, { begun: ["W2"] }).gone, [`ack:${other}`, other, "order:W1"]);
});

test("an answer stays as long as its event", () => {
  const docs = [event(mine(1), "W1"), ...plain(`ack:${mine(1)}`)];
  assert.deepEqual(judged(docs, [`ack:${mine(1)}`]).gone, []);
});

test("while the server's database is made anew nothing goes", () => {
  const docs = [event(mine(1), "W1"), ...plain(`ack:${mine(1)}`, "order:W1", "ref:fees")];
  assert.deepEqual(judged(docs, [mine(1), `ack:${mine(1)}`, "order:W1", "ref:fees"]), { gone: [], unsent: [] });
});

test("the leaf that the server published last is shown, not the longest history", () => {
  const winner = { _rev: "5-a", server_seq: 7 };
  const newer = { _rev: "1-b", server_seq: 9 };
  assert.equal(newestLeaf([winner, newer]), newer);
  assert.equal(newestLeaf([winner, { _rev: "1-c", server_seq: 7 }]), winner);
  assert.equal(newestLeaf([{ _rev: "2-a" }, { _rev: "1-b" }])._rev, "2-a");
});

test("the first comparison too finds what the server no longer knows", async () => {
  kept.clear();
  const gone = [];
  const local = [["order:W1", "1-a"], ["ref:settings", "1-b"]];
  const database = {
    docs: new Map(local.map(([id]) => [id, { _id: id }])),
    split: new Set(),
    pouch: { allDocs: async () => ({ rows: local.map(([key, rev]) => ({ key, value: { rev } })) }) },
    settle: async () => {},
    forget: async (ids) => gone.push(...ids.keys()),
  };
  const remote = {
    allDocs: async ({ keys }) => ({
      rows: keys.map((key) => (key === "order:W1" ? { key, error: "not_found" } : { key, value: { rev: "1-b" } })),
    }),
  };
  const profile = { device: "aa", technician: { id: "t01" } };
  await new PutAway(profile, database, { doubt: async () => {} }).follow(remote, { purge_seq: "7-x" });
  assert.deepEqual(gone, ["order:W1"]);
});
