// Codes from the office as the tablet reads them, held against those that the server made; run by Node's test runner.

import assert from "node:assert/strict";
import { test } from "node:test";

const TABLET = new URL("../../mobile_api/tablet/", import.meta.url);
const load = (name) => import(new URL(name, TABLET));

const { checkLetter, codeProblem, codesEntered, heard, proofIn, spelled, stampOf, untimely } =
  await load("rules/codes.js");
const { pbkdf2 } = await load("lib/crypto.js");
const { cutDoubts } = await load("rules/cuts.js");
const { readModel } = await load("data/model.js");

const made = JSON.parse(process.env.CODES);

test("the tablet knows each code of the office, however it is typed, and when it ends", async () => {
  assert.ok(made.codes.length >= 5);
  for (const { code, kind, counter, at } of made.codes) {
    const typed = code.toLowerCase().replaceAll("0", "o").replaceAll("1", "l");
    assert.equal(codeProblem(spelled(typed)), null, code);
    assert.equal(heard(` ${typed} `), code);
    const fits = [];
    for (const one of made.document.prepared)
      if ((await pbkdf2(proofIn(code), one.salt, made.document.rounds, 128)) === one.verifier) fits.push(one);
    assert.deepEqual(fits.map((one) => [one.kind, one.counter]), [[kind, counter]]);
    for (const hours of [-100, -1, 0, 1, 100])
      assert.equal(stampOf(code, Date.parse(at) + hours * 3_600_000), Date.parse(at));
  }
});

test("a letter misheard, two changed and a stranger are said at once; a short one may be typed on", () => {
  const [{ code }] = made.codes;
  const other = code[3] === "A" ? "B" : "A";
  assert.equal(codeProblem(code.slice(0, 3) + other + code.slice(4)).code, "code.misheard");
  const place = [...code].findIndex((letter, at) => at && letter !== code[at - 1]);
  const swapped = code.slice(0, place - 1) + code[place] + code[place - 1] + code.slice(place + 1);
  assert.equal(codeProblem(swapped).code, "code.misheard");
  assert.deepEqual(codeProblem("AU"), { code: "code.letter", letter: "U" });
  assert.equal(codeProblem(`${code}A`).code, "code.long");
  for (const typed of ["", undefined, code.slice(0, 11)]) assert.ok(codeProblem(typed).unfinished);
  assert.equal(checkLetter(code.slice(0, -1)), code.at(-1));
});

test("a release counts until it ends, not for another day, and never for an order that was called off", () => {
  const now = Date.parse("2026-03-02T16:00:00Z");
  const order = { codes: { release_minutes: 120 } };
  const until = (hours) => now + hours * 3_600_000;
  assert.equal(untimely("release", until(2), order, now), null);
  assert.deepEqual(untimely("release", now, order, now), { code: "code.ended" });
  assert.deepEqual(untimely("release", until(-22), order, now), { code: "code.ended" });
  assert.deepEqual(untimely("release", until(3), order, now), { code: "code.not_now" });
  assert.deepEqual(untimely("release", until(1), { ...order, cancelled: { at: "…" } }, now), { code: "code.called_off" });
  assert.equal(untimely("recall", null, { ...order, cancelled: { at: "…" } }, now), null);
});

const number = "W000001";
const order = {
  _id: `order:${number}`,
  kind: "order",
  number,
  type: "disconnect_np",
  state: "dispatched",
  epoch: 2,
  premise: { address: "101 Alder Street" },
  authority: { expires_at: "2026-03-01T15:00:00Z", windows: [] },
  cancelled: null,
  recalled: null,
};
const entered = (counter, body, epoch = 2) => ({
  _id: `event:ab12cd34:0000000${counter}`,
  kind: "event",
  event: "office_code",
  order: number,
  epoch,
  device: "ab12cd34",
  counter,
  at: `2026-03-02T16:0${counter}:00Z`,
  body,
});
const seen = (doc, ...events) =>
  readModel(new Map([doc, ...events].map((one) => [one._id, one]))).orders.get(number);
const doubts = (shown, at) => cutDoubts(shown, Date.parse(at), (instant) => new Date(instant).toISOString().slice(0, 10));
const release = entered(1, { kind: "release", until: "2026-03-02T18:00:00Z" });
const recall = entered(2, { kind: "recall", until: null });

test("a release that was entered lets the cut be made until its end and not a moment longer", () => {
  assert.deepEqual(doubts(seen(order), "2026-03-02T17:00:00Z"), ["authority_expired"]);
  assert.deepEqual(doubts(seen(order, release), "2026-03-02T17:59:59Z"), []);
  assert.deepEqual(doubts(seen(order, release), "2026-03-02T18:00:00Z"), ["authority_expired"]);
  const older = { ...release, epoch: 1 };
  assert.deepEqual(doubts(seen(order, older), "2026-03-02T17:00:00Z"), ["authority_expired"]);
});

test("whatever else comes of it, an order called off or taken back is not cut, by a code or by sync", () => {
  const when = { at: "2026-03-02T16:30:00Z", reason: null };
  assert.deepEqual(doubts(seen({ ...order, cancelled: when }, release), "2026-03-02T17:00:00Z"), ["cancelled"]);
  assert.deepEqual(doubts(seen({ ...order, recalled: when }, release), "2026-03-02T17:00:00Z"), ["recalled"]);
  const both = seen(order, release, recall);
  assert.deepEqual(doubts(both, "2026-03-02T17:00:00Z"), ["recalled"]);
  assert.deepEqual(both.recalled, { at: recall.at, by_code: true });
  assert.equal(both.bucket, "gone");
  const travelling = { ...entered(0, {}), event: "en_route" };
  assert.equal(seen(order, travelling, recall).bucket, "todo");
  assert.deepEqual(seen({ ...order, recalled: when }, recall).recalled, when);
});

test("nothing is made of an order without codes", () => {
  assert.deepEqual(codesEntered([]), { recalledAt: null, releasedUntil: null });
  assert.deepEqual(doubts(seen({ ...order, authority: null }), "2026-03-02T17:00:00Z"), ["no_authority"]);
});
