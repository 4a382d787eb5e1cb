// The tablet's pure rules, run by Node's own test runner.

import assert from "node:assert/strict";
import { test } from "node:test";

const TABLET = new URL("../../mobile_api/tablet/", import.meta.url);
const load = (name) => import(new URL(name, TABLET));

const { judgeRead, lastRead, limitsFor, registersOf, sameSerial, withRegisters } = await load("rules/reads.js");
const { PAYMENT_MAX_CENTS, amountProblem, answersOf, asked, extrasOf, malformed, malformedAmount, nextExtra, problems, sections, serialDoubt } = await load("rules/form.js");
const { arrivedAt, impliedSteps, mustChoose, nextStep, progressOf } = await load("rules/progress.js");
const { inRouteOrder, inTimeOrder, matches, readModel } = await load("data/model.js");
const { cents, distance, money, useDistrict, when } = await load("lib/words.js");
const { chainHash } = await load("data/receipts.js");

const order = {
  number: "W1",
  epoch: 1,
  meter: { serial: "CB-77", dials: 6 },
  reads: [{ at: "2026-01-01", value: 1000 }],
  expected: { low: 1100, high: 1900 },
};
const van = [{ serial: "CB 200", dials: 5 }];

test("what no further key can mend is said while it is typed", () => {
  const read = { name: "read", type: "read" };
  const six = { dials: 6 };
  assert.equal(malformed(read, "12a", six).code, "read.digits_only");
  assert.equal(malformed(read, "1234567", six).code, "read.too_many");
  assert.equal(malformed(read, "1", six), null);
  assert.equal(malformed(read, "", six), null);
  const pressure = { name: "pressure", type: "number", min: 20, max: 300 };
  assert.equal(malformed(pressure, "6o").code, "problem.number");
  assert.equal(malformed(pressure, "1.2.3").code, "problem.number");
  assert.equal(malformed(pressure, "1"), null);
  assert.equal(malformed(pressure, "301").code, "problem.range");
  assert.deepEqual(["45", "45.", "1,204.50", "$4", ""].map(malformedAmount), [false, false, false, false, false]);
  assert.deepEqual(["4o", "4.505", "-3"].map(malformedAmount), [true, true, true]);
});

test("photos beside the asked ones keep their order and captions", () => {
  const photos = { "photo.jpg": 1, "extra_2.jpg": 1, "extra_10.jpg": 1 };
  const values = { "caption:extra_2.jpg": "  Lid cracked ", "caption:extra_3.jpg": "gone" };
  assert.deepEqual(extrasOf({ photos, values }), [
    { name: "extra_2.jpg", caption: "Lid cracked" },
    { name: "extra_10.jpg", caption: null },
  ]);
  assert.equal(nextExtra(photos), "extra_11.jpg");
  assert.equal(nextExtra({}), "extra_1.jpg");
});

test("a read must be digits that the register has", () => {
  const limits = { dials: 6, expected: { low: 1100, high: 1900 }, previous: 1000 };
  assert.deepEqual(judgeRead("", limits), { value: null });
  assert.deepEqual(judgeRead("001500", limits), { value: 1500 });
  assert.deepEqual(judgeRead("1234567", limits).problem, { code: "read.too_many", dials: 6, typed: 7 });
  assert.equal(judgeRead("12.5", limits).problem.code, "read.digits_only");
  assert.equal(judgeRead("900", limits).doubt.code, "read.lower");
  assert.equal(judgeRead("1050", limits).doubt.code, "read.less");
  assert.equal(judgeRead("5000", limits).doubt.code, "read.more");
});

test("a register that is about to wrap may show either side of zero", () => {
  const limits = { dials: 4, expected: { low: 9800, high: 200 }, previous: 9700 };
  for (const good of ["9900", "0", "150"]) assert.equal(judgeRead(good, limits).doubt, undefined, good);
  assert.equal(judgeRead("5000", limits).doubt.code, "read.lower");
});

test("a register that wraps before the expected span is no reason for doubt", () => {
  const limits = { dials: 4, expected: { low: 10, high: 200 }, previous: 9990 };
  for (const good of ["10", "50", "200"]) assert.equal(judgeRead(good, limits).doubt, undefined, good);
  assert.equal(judgeRead("9995", limits).doubt.code, "read.less");
  assert.equal(judgeRead("900", limits).doubt.code, "read.lower");
  // The office believes a wrap of less than expected too; the tablet asks for nothing more.
  assert.equal(judgeRead("5", limits).doubt, undefined);
});

test("without a history of use a read below the last one is doubted", () => {
  assert.equal(judgeRead("5", { dials: 4, previous: 9990 }).doubt.code, "read.lower");
  assert.equal(judgeRead("9995", { dials: 4, previous: 9990 }).doubt, undefined);
});

test("the reads of a meter that was taken out say nothing about the one that is there", () => {
  const reads = [
    { at: "2026-01-01", value: 99_000, serial: "OLD" },
    { at: "2026-01-01", value: 12, serial: "CB-77" },
    { at: "2026-02-01", value: 99_500, serial: "OLD" },
  ];
  assert.equal(lastRead({ ...order, reads }), 12);
  assert.equal(lastRead({ ...order, reads: [{ at: "2026-01-01", value: 7 }] }), 7);
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
  assert.deepEqual(serialDoubt(seen, "cb78", order, van), { code: "serial.other", installed: "CB-77" });
  assert.equal(serialDoubt({ name: "new", type: "serial" }, "cb77", order, van).code, "serial.old");
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
  assert.equal(problems(fields, form, order, van).read.code, "problem.read_again");
  form.values["read:again"] = "900";
  assert.equal(problems(fields, form, order, van).read.code, "problem.photo_dials");
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
  assert.equal(nextStep("new").main, "go");
  assert.equal(nextStep("started").main, "complete");
  assert.equal(nextStep("completed"), null);
});

test("a press notes the steps that it implies, and no step twice", () => {
  assert.deepEqual(impliedSteps("go", "new"), ["acknowledged", "en_route"]);
  assert.deepEqual(impliedSteps("go", "acknowledged"), ["en_route"]);
  assert.deepEqual(impliedSteps("complete", "en_route"), ["on_site", "started"]);
  assert.deepEqual(impliedSteps("complete", "on_site"), ["started"]);
  assert.deepEqual(impliedSteps("complete", "started"), []);
});

test("an arrival is what was pressed or seen, never when the form was opened", () => {
  const step = (body) => [{ event: "on_site", at: "2026-03-02T15:10:00Z", body }];
  assert.equal(arrivedAt([]), null);
  assert.equal(arrivedAt(step({})), "2026-03-02T15:10:00Z");
  assert.equal(arrivedAt(step({ noted: "form" })), null);
  const seen = { noted: "form", seen_at: "2026-03-02T15:02:00Z" };
  assert.equal(arrivedAt(step(seen)), seen.seen_at);
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

test("an outcome that contradicts an answer is not taken", () => {
  const fields = [
    { name: "left_on", title: "Left on?", type: "yes_no", required: true },
    {
      name: "outcome",
      type: "choice",
      required: true,
      choices: [
        { value: "completed", title: "Done", needs: { field: "left_on", equals: true } },
        { value: "left_off", title: "Left off", needs: { field: "left_on", equals: false } },
      ],
    },
  ];
  const of = (left_on, outcome) => problems(fields, { values: { left_on, outcome }, photos: {} }, order, van).outcome;
  assert.deepEqual(of(false, "completed"), { code: "problem.contradiction", outcome: "Done", question: "Left on?" });
  assert.equal(of(true, "left_off").code, "problem.contradiction");
  assert.equal(of(true, "completed"), undefined);
  assert.equal(of(false, "left_off"), undefined);
});

test("a replacement tablet goes on where the one before it stopped", () => {
  const event = (device, counter, kind, at, offset_ms = 0) => {
    const _id = `event:${device}:${counter}`;
    return { _id, kind: "event", event: kind, device, counter, order: "W1", epoch: 1, at, clock: { offset_ms }, body: {} };
  };
  const events = [
    event("old", 41, "acknowledged", "2026-03-02T14:00:00Z"),
    event("old", 42, "en_route", "2026-03-02T14:05:00Z"),
    // three hours slow, and it knows
    event("new", 1, "on_site", "2026-03-02T12:00:00Z", 3 * 3_600_000),
    event("new", 2, "started", "2026-03-02T12:10:00Z", 3 * 3_600_000),
  ];
  const docs = [{ _id: "order:W1", kind: "order", number: "W1", epoch: 1, state: "dispatched" }, ...events];
  const model = readModel(new Map(docs.map((doc) => [doc._id, doc])));
  assert.equal(model.orders.get("W1").progress, "started");
  assert.deepEqual(model.history.map((doc) => doc.event), ["acknowledged", "en_route", "on_site", "started"]);
  // a clock that was set back does not reorder one tablet's own numbers
  const back = [event("new", 1, "on_site", "2026-03-02T15:00:00Z"), event("new", 2, "started", "2026-03-02T09:00:00Z")];
  assert.deepEqual(inTimeOrder(back).map((doc) => doc.counter), [1, 2]);
});

test("an order taken back under way keeps its place until the technician is through with it", () => {
  const stub = { _id: "order:W1", kind: "order", number: "W1", epoch: 1, state: "recalled", recalled: { at: "x" } };
  const kept = new Map([["W1", { number: "W1", epoch: 1, server_seq: 3, premise: { address: "114 Alder" } }]]);
  const event = (counter, kind) => {
    const _id = `event:d:${counter}`;
    return { _id, kind: "event", event: kind, device: "d", counter, order: "W1", epoch: 1, at: "2026-03-02T14:00:00Z", body: {} };
  };
  const after = (...kinds) => {
    const docs = [stub, ...kinds.map((kind, index) => event(index + 1, kind))];
    return readModel(new Map(docs.map((doc) => [doc._id, doc])), kept).orders.get("W1");
  };
  assert.equal(after("acknowledged").bucket, "gone");
  assert.deepEqual([after("en_route").bucket, after("en_route").premise.address], ["todo", "114 Alder"]);
  assert.equal(mustChoose(after("en_route")), true);
  assert.equal(after("en_route", "cancel_seen").bucket, "todo");
  assert.equal(after("en_route", "cancel_seen", "backed_out").bucket, "gone");
  assert.equal(after("en_route", "cancel_seen", "completed").bucket, "done");
});

test("a way is described in the district's units", () => {
  assert.equal(distance(100), "350 ft");
  assert.equal(distance(1609.344 * 2.5), "2.5 mi");
  useDistrict({ units: "metric" });
  assert.deepEqual([distance(104), distance(2500)], ["100 m", "2.5 km"]);
  useDistrict({});
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

test("money is read as the office reads it, and the most of a payment is the office's", () => {
  const { read, refused, most } = JSON.parse(process.env.MONEY);
  for (const [text, expected] of read) {
    assert.equal(cents(text), expected, text);
    assert.equal(malformedAmount(text.trim()), false, text);
  }
  for (const text of refused) assert.equal(cents(text), null, text);
  assert.equal(PAYMENT_MAX_CENTS, most);
  for (const none of [null, 0]) assert.equal(amountProblem(none).code, "pay.amount_needed");
  assert.equal(amountProblem(most), null);
  assert.equal(amountProblem(most + 1).code, "pay.amount_most");
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

test("each further register of a meter is asked for, judged by itself and named beside the answers", () => {
  const low = { code: "low", title: "Low side", dials: 4, last: 9990, expected: { low: 9995, high: 30 } };
  const compound = { ...order, meter: { ...order.meter, registers: [low] } };
  const peak = { code: "peak", title: "On peak", dials: 5 };
  const stock = [{ serial: "CB 200", dials: 5, registers: [peak] }];
  const fields = [
    { name: "old_read", type: "read", means: "read", required: true, only_if: { field: "there", equals: true } },
    { name: "new_serial", type: "serial", required: true },
    { name: "new_read", type: "read", required: true },
  ];
  const names = (values) => withRegisters(fields, compound, values, stock).map(({ name }) => name);
  assert.deepEqual(names({}), ["old_read", "register_low", "new_serial", "new_read"]);
  const values = { there: true, new_serial: "cb200", register_low: "20", new_register_peak: "3" };
  assert.deepEqual(names(values), ["old_read", "register_low", "new_serial", "new_read", "new_register_peak"]);
  const all = withRegisters(fields, compound, values, stock);
  const limits = limitsFor(all[1], compound, values, all, stock);
  assert.deepEqual(judgeRead("20", limits), { value: 20 });
  assert.equal(judgeRead("500", limits).doubt.code, "read.lower");
  assert.equal(judgeRead("12345", limits).problem.code, "read.too_many");
  assert.equal(problems(all, { values: { there: true }, photos: {} }, compound, stock).register_low.code, "problem.needed");
  assert.deepEqual(registersOf(asked(all, values), values), { registers: { low: 20 }, new_registers: { peak: 3 } });
  assert.deepEqual(registersOf(asked(all, { register_low: "20" }), { register_low: "20" }), {});
  assert.deepEqual(withRegisters(fields, order, {}, van), fields);
});
