// The tablet's pure rules, run by Node's own test runner.

import assert from "node:assert/strict";
import { test } from "node:test";

const TABLET = new URL("../../mobile_api/tablet/", import.meta.url);
const load = (name) => import(new URL(name, TABLET));

const { judgeRead, limitsFor, sameSerial } = await load("rules/reads.js");
const { answersOf, asked, problems, sections, serialDoubt } = await load("rules/form.js");
const { mustChoose, nextStep, progressOf } = await load("rules/progress.js");
const { inRouteOrder, matches, readModel } = await load("data/model.js");
const { cents, money, when } = await load("lib/words.js");
const { chainHash } = await load("data/receipts.js");

const order = {
  number: "W1",
  epoch: 1,
  meter: { serial: "CB-77", dials: 6 },
  reads: [{ at: "2026-01-01", value: 1000 }],
  expected: { low: 1100, high: 1900 },
};
const van = [{ serial: "CB 200", dials: 5 }];

test("a read must be digits that the register has", () => {
  const limits = { dials: 6, expected: { low: 1100, high: 1900 }, previous: 1000 };
  assert.deepEqual(judgeRead("", limits), { value: null });
  assert.deepEqual(judgeRead("001500", limits), { value: 1500 });
  assert.match(judgeRead("1234567", limits).problem, /6 dials/);
  assert.match(judgeRead("12.5", limits).problem, /digits/);
  assert.match(judgeRead("900", limits).doubt, /Lower/);
  assert.match(judgeRead("1050", limits).doubt, /Less/);
  assert.match(judgeRead("5000", limits).doubt, /More/);
});

test("a register that is about to wrap may show either side of zero", () => {
  const limits = { dials: 4, expected: { low: 9800, high: 200 }, previous: 9700 };
  for (const good of ["9900", "0", "150"]) assert.equal(judgeRead(good, limits).doubt, undefined, good);
  assert.match(judgeRead("5000", limits).doubt, /Lower/);
});

test("a new meter's read is held against its own dials", () => {
  const fields = [
    { name: "new_serial", type: "serial" },
    { name: "new_read", type: "read" },
  ];
  assert.equal(limitsFor(fields[1], order, { new_serial: "cb200" }, fields, van).dials, 5);
  assert.equal(limitsFor(fields[1], order, {}, fields, van).dials, 9);
  assert.equal(limitsFor({ type: "read", means: "read" }, order, {}, fields, van).dials, 6);
});

test("serials are compared as people type them and kept as the records spell them", () => {
  assert.ok(sameSerial("cb-77") === sameSerial("CB 77"));
  const seen = { name: "serial_seen", type: "serial", means: "serial_seen" };
  assert.equal(serialDoubt(seen, "cb77", order, van), null);
  assert.match(serialDoubt(seen, "cb78", order, van), /CB-77/);
  assert.match(serialDoubt({ name: "new", type: "serial" }, "cb77", order, van), /old meter/);
  const { answers, common } = answersOf([seen], { values: { serial_seen: "cb 77 " }, photos: {} }, ["CB-77"]);
  assert.deepEqual([answers.serial_seen, common.serial_seen], ["CB-77", "CB-77"]);
});

test("a field is asked only when its rule says so, and its answer goes only then", () => {
  const fields = [
    { name: "cut", type: "yes_no", required: true },
    { name: "lock", type: "text", required: true, means: "lock", only_if: { field: "cut", equals: true } },
    { name: "left", type: "yes_no", means: "left" },
  ];
  const form = { values: { cut: false, lock: "L1", left: false }, photos: {} };
  assert.deepEqual(
    asked(fields, form.values).map((field) => field.name),
    ["cut", "left"],
  );
  assert.deepEqual(answersOf(fields, form).answers, { cut: false, left: false });
  assert.equal(answersOf(fields, form).common.left, "off");
  assert.deepEqual(Object.keys(problems(fields, { values: { cut: true }, photos: {} }, order, van)), [
    "lock",
  ]);
});

test("a doubted read stands when typed twice and photographed", () => {
  const fields = [{ name: "read", title: "Read", type: "read", means: "read", required: true }];
  const form = { values: { read: "900" }, photos: {} };
  assert.match(problems(fields, form, order, van).read, /second time/);
  form.values["read:again"] = "900";
  assert.match(problems(fields, form, order, van).read, /photo/);
  form.photos["read_check.jpg"] = {};
  assert.deepEqual(problems(fields, form, order, van), {});
  assert.deepEqual(answersOf(fields, form).answers, { read: 900 });
});

test("flows become numbers, and an empty run as left is none", () => {
  const fields = [{ name: "flows", type: "flows", required: true }];
  const run = { gpm: "15", as_found: { meter: "100.5", standard: "100" }, as_left: {} };
  const form = { values: { flows: [run] }, photos: {} };
  assert.deepEqual(problems(fields, form, order, van), {});
  assert.deepEqual(answersOf(fields, form).answers.flows, [
    { gpm: 15, as_found: { meter: 100.5, standard: 100 }, as_left: null },
  ]);
  assert.ok(
    "flows" in problems(fields, { values: { flows: [{ gpm: "2", as_found: {} }] }, photos: {} }, order, van),
  );
});

test("sections keep the descriptor's order", () => {
  const made = sections([{ section: "A" }, { section: "A" }, { section: "B" }, { section: "A" }]);
  assert.deepEqual(
    made.map(({ title, fields }) => [title, fields.length]),
    [
      ["A", 2],
      ["B", 1],
      ["A", 1],
    ],
  );
});

test("progress follows the steps, and money does not move it", () => {
  assert.equal(progressOf([]), "new");
  assert.equal(
    progressOf(["acknowledged", "en_route", "payment", "on_site", "started", "suspended", "resumed"]),
    "started",
  );
  assert.equal(nextStep("started").form, "complete");
  assert.equal(nextStep("completed"), null);
});

test("a cancel asks for a choice only once, and only of somebody under way", () => {
  const cancelled = (progress, events = []) => ({ cancelled: { at: "x" }, progress, events });
  assert.equal(mustChoose(cancelled("acknowledged")), false);
  assert.equal(mustChoose(cancelled("en_route")), true);
  assert.equal(mustChoose(cancelled("started", [{ event: "cancel_seen" }])), false);
});

test("the model counts an order's events of its own epoch only", () => {
  const event = (counter, kind, epoch) => ({
    _id: `event:d:${counter}`,
    kind: "event",
    event: kind,
    counter,
    order: "W1",
    epoch,
    body: {},
  });
  const docs = [
    { kind: "order", number: "W1", epoch: 2, state: "dispatched" },
    event(1, "completed", 1),
    event(2, "en_route", 2),
  ];
  const model = readModel(new Map(docs.map((doc) => [doc._id ?? `order:${doc.number}`, doc])));
  assert.equal(model.orders.get("W1").progress, "en_route");
  assert.equal(model.orders.get("W1").bucket, "todo");
  assert.equal(model.events.get("W1").length, 2);
});

test("a recalled stub is gone, and everything sorts by route", () => {
  const docs = new Map([
    ["order:W2", { kind: "order", number: "W2", epoch: 1, state: "recalled", recalled: { at: "x" } }],
  ]);
  assert.equal(readModel(docs).orders.get("W2").bucket, "gone");
  const stops = [
    { number: "b", route_day: "2026-01-02", sequence: 1 },
    { number: "c" },
    { number: "a", route_day: "2026-01-01", sequence: 2 },
  ];
  assert.deepEqual(
    inRouteOrder(stops).map((stop) => stop.number),
    ["a", "b", "c"],
  );
  assert.ok(matches({ number: "W9", premise: { address: "114 Alder Street" } }, " alder "));
});

test("money is read in whole cents", () => {
  const typed = {
    45: 4500,
    45.5: 4550,
    "1,204.50": 120450,
    ".5": 50,
    $7: 700,
    4.555: null,
    "1,2": null,
    "": null,
    abc: null,
    "-3": null,
  };
  for (const [text, expected] of Object.entries(typed)) assert.equal(cents(text), expected, text);
  assert.equal(money(120450), "$1,204.50");
  assert.equal(when(null), "never");
});

test("a receipt's hash is the one the office computes", async () => {
  const receipt = JSON.parse(process.env.RECEIPT);
  assert.equal(await chainHash(receipt), process.env.RECEIPT_HASH);
});
