// What the tablet says at the moment of a cut, run by Node's own test runner.

import assert from "node:assert/strict";
import { test } from "node:test";

const TABLET = new URL("../../mobile_api/tablet/", import.meta.url);
const load = (name) => import(new URL(name, TABLET));

const { cutDoubts, saysCut } = await load("rules/cuts.js");
const { problems } = await load("rules/form.js");
const { goOnWith, learn, offsetMs, serverNow } = await load("lib/clock.js");
const { localDay, useDistrict } = await load("lib/words.js");

useDistrict({ timezone: "America/Chicago" });

const authority = {
  expires_at: "2026-03-04T02:00:00.000Z",
  windows: [
    { day: "2026-03-02", until: "2026-03-02T21:00:00.000Z" },
    { day: "2026-03-03", until: "2026-03-03T21:00:00.000Z" },
  ],
};
const at = (instant, order = { authority }) => cutDoubts(order, Date.parse(instant), localDay);

test("a cut is allowed until its hour, its day and its authority are over", () => {
  assert.deepEqual(at("2026-03-02T20:59:59Z"), []);
  assert.deepEqual(at("2026-03-02T21:00:00Z"), ["past_latest_hour"]);
  assert.deepEqual(at("2026-03-03T15:00:00Z"), []);
  assert.deepEqual(at("2026-03-04T02:00:00Z"), ["authority_expired"]);
  assert.deepEqual(at("2026-03-05T15:00:00Z"), ["authority_expired"]);
});

test("a day that the order does not carry is not allowed", () => {
  const tuesday = { authority: { ...authority, windows: authority.windows.slice(1) } };
  assert.deepEqual(at("2026-03-02T15:00:00Z", tuesday), ["day_not_allowed"]);
  for (const windows of [undefined, null, []])
    assert.deepEqual(at("2026-03-02T15:00:00Z", { authority: { ...authority, windows } }), ["day_not_allowed"]);
});

test("what the order does not say is not allowed", () => {
  for (const given of [undefined, null, {}, { expires_at: null }, { expires_at: "soon" }])
    assert.deepEqual(at("2026-03-02T15:00:00Z", { authority: given }), ["no_authority"]);
  const broken = { authority: { ...authority, windows: [{ day: "2026-03-02", until: null }] } };
  assert.deepEqual(at("2026-03-02T15:00:00Z", broken), ["past_latest_hour"]);
});

test("a cancel or recall that is here counts, whatever else holds", () => {
  const when = { at: "2026-03-02T15:00:00Z" };
  assert.deepEqual(at("2026-03-02T15:30:00Z", { authority, cancelled: when }), ["cancelled"]);
  assert.deepEqual(at("2026-03-05T15:30:00Z", { authority, recalled: when }), ["recalled", "authority_expired"]);
});

test("only the answer that the type names is a cut", () => {
  const type = { cuts: { field: "cut_made", equals: true } };
  assert.ok(saysCut(type, { cut_made: true }));
  assert.ok(!saysCut(type, { cut_made: false }));
  assert.ok(!saysCut(type, {}));
  assert.ok(!saysCut({ cuts: null }, { cut_made: true }));
  assert.ok(!saysCut(undefined, { cut_made: true }));
});

test("a question that must be answered one way says what to do instead", () => {
  const field = { name: "cut_anyway", type: "yes_no", required: true, must: true, otherwise: "cut.otherwise" };
  const of = (value) => problems([field], { values: { cut_anyway: value }, photos: {} }, {}, []).cut_anyway;
  assert.equal(of(undefined).code, "problem.needed");
  assert.equal(of(false).code, "cut.otherwise");
  assert.equal(of(true), undefined);
});

test("the clock's offset is kept, and known again when the app opens without a connection", () => {
  const kept = [];
  goOnWith(-120_000, (ms) => kept.push(ms));
  assert.equal(offsetMs(), -120_000);
  assert.ok(Math.abs(serverNow() - (Date.now() - 120_000)) < 1000);
  learn("2026-03-02T15:00:00Z", Date.parse("2026-03-02T16:00:00Z"), Date.parse("2026-03-02T16:00:00Z"));
  assert.deepEqual(kept, [-3_600_000]);
  goOnWith(undefined, () => {});
  assert.equal(offsetMs(), 0);
});

test("tablet and office judge every instant alike", () => {
  const grid = JSON.parse(process.env.CUTS);
  assert.ok(grid.instants.length > 200);
  for (const { at: instant, against } of grid.instants)
    assert.deepEqual(at(instant, { authority: grid.authority }), against, instant);
});
