// Messages as the tablet shows them, and what must be noticed at once.

import assert from "node:assert/strict";
import { test } from "node:test";

const load = (name) => import(new URL(`../../mobile_api/tablet/${name}`, import.meta.url));
const { readModel, unreadOf } = await load("data/model.js");
const { alertsOf, ringsOn } = await load("rules/alerts.js");

const docs = (...list) => new Map(list.map((doc) => [doc._id, doc]));
const event = (counter, kind, body, at) => ({ _id: `event:d:${counter}`, kind: "event", device: "d", event: kind, counter, order: null, at, body });
const message = (id, from, more = {}) => ({ _id: `message:${id}`, kind: "message", id, from, text: "x", at: `2026-03-02T15:0${id}:00Z`, event: null, read_at: null, ...more });

test("a message of one's own shows at once, and only once when the server has it", () => {
  const own = event(1, "message", { canned: "running_late", text: "" }, "2026-03-02T15:05:00Z");
  const before = readModel(docs(own)).messages;
  assert.deepEqual(before.map(({ canned, read_at }) => [canned, read_at]), [["running_late", null]]);
  const after = readModel(docs(own, message(7, "technician", { event: "event:d:1", read_at: "2026-03-02T15:09:00Z" }))).messages;
  assert.deepEqual(after.map(({ id, read_at }) => [id, read_at]), [[7, "2026-03-02T15:09:00Z"]]);
});

test("what was read here is not unread although the server has not heard of it", () => {
  const model = readModel(docs(message(1, "office"), message(2, "office"), message(3, "office", { read_at: "x" }), event(1, "messages_read", { messages: [1] }, "2026-03-02T15:05:00Z")));
  assert.deepEqual(unreadOf(model.messages).map(({ id }) => id), [2]);
});

const NOW = Date.parse("2026-03-02T16:00:00Z");
const order = (number, more = {}) => ({ number, epoch: 1, bucket: "todo", progress: "new", priority: 50, events: [], ...more });
const kinds = (orders, unread = [], seen = new Set()) => alertsOf(orders, unread, seen, NOW).map(({ kind }) => kind);

test("an emergency is noticed until it is taken, a cancel until it is decided or seen", () => {
  assert.deepEqual(kinds([order("W1", { priority: 100 })]), ["emergency"]);
  assert.deepEqual(kinds([order("W1", { priority: 100, progress: "acknowledged" })]), []);
  const cancelled = order("W2", { bucket: "gone", cancelled: { at: "2026-03-02T15:30:00Z" } });
  assert.deepEqual(kinds([cancelled]), ["cancelled"]);
  assert.deepEqual(kinds([cancelled], [], new Set(["cancelled:W2:1"])), []);
  assert.deepEqual(kinds([{ ...cancelled, cancelled: { at: "2026-03-01T15:30:00Z" } }]), []);
  const underWay = { ...cancelled, bucket: "todo", progress: "en_route", cancelled: { at: "2026-03-01T15:30:00Z" } };
  assert.deepEqual(kinds([underWay]), ["cancelled"]);
  assert.deepEqual(kinds([{ ...underWay, events: [{ event: "cancel_seen" }] }]), []);
  assert.deepEqual(kinds([order("W3", { bucket: "gone", recalled: { at: "2026-03-02T15:30:00Z" } })]), ["recalled"]);
});

test("the heaviest comes first, and only what changes the work rings again", () => {
  const found = alertsOf([order("W1", { priority: 100 })], [message(1, "office")], new Set(), NOW);
  assert.deepEqual(found.map(({ kind }) => kind), ["emergency", "message"]);
  assert.deepEqual(found.map(ringsOn), [true, false]);
});
