// A day counted from its facts: hours, custody and miles.

import assert from "node:assert/strict";
import { test } from "node:test";

const { custodyOf, dayOf, drivenMetres, nextMarks } = await import(new URL("../../mobile_api/tablet/rules/day.js", import.meta.url));

const mark = (time, state) => ({ at: `2026-03-02T${time}:00Z`, body: { state } });
const NOW = Date.parse("2026-03-02T17:00:00Z");
const MINUTES = 60_000;

test("work and breaks are counted apart, up to now", () => {
  const day = dayOf([mark("14:00", "signed_on"), mark("15:30", "break"), mark("15:45", "back")], NOW);
  assert.deepEqual([day.state, day.worked_ms / MINUTES, day.break_ms / MINUTES], ["on", 165, 15]);
  assert.equal(day.began, "2026-03-02T14:00:00Z");
});

test("after the end nothing is counted, and a day may be taken up again", () => {
  const ended = [mark("14:00", "signed_on"), mark("15:00", "signed_off")];
  assert.deepEqual([dayOf(ended, NOW).state, dayOf(ended, NOW).worked_ms / MINUTES], ["off", 60]);
  const again = dayOf([...ended, mark("16:30", "signed_on")], NOW);
  assert.deepEqual([again.state, again.worked_ms / MINUTES, again.began], ["on", 90, "2026-03-02T14:00:00Z"]);
  assert.deepEqual(dayOf([], NOW), { state: "off", since: null, began: null, worked_ms: 0, break_ms: 0 });
  assert.equal(dayOf([mark("14:00", "of_a_later_app")], NOW).since, null);
});

test("what may be pressed depends on where the day stands", () => {
  assert.deepEqual([nextMarks("off"), nextMarks("on"), nextMarks("break")], [["signed_on"], ["break", "signed_off"], ["back"]]);
});

test("custody is by tender, and a void number brings no money", () => {
  const receipt = (number, method, amount_cents) => ({ body: { receipt: { number, method, amount_cents } } });
  const newestFirst = [receipt("AA-3", "check", 2500), receipt("AA-2", "void", 0), receipt("AA-1", "cash", 4500)];
  assert.deepEqual(custodyOf(newestFirst), { cash: 4500, check: 2500, numbers: ["AA-1", "AA-3"], void: ["AA-2"] });
});

test("miles are those of the drives to stops that are over", () => {
  const route = { stops: [{ order: "W1" }, { order: "W2" }], steps: [{ stop: 0, metres: 700 }, { stop: 0, metres: 300 }, { stop: 1, metres: 5000 }] };
  assert.equal(drivenMetres(route, (number) => number === "W1"), 1000);
  assert.equal(drivenMetres(route, () => false), 0);
  assert.equal(drivenMetres(null, () => true), null);
});
