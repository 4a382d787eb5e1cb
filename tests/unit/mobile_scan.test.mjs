// What a scanned label puts into a field.

import assert from "node:assert/strict";
import { test } from "node:test";

const { mayScan, scanned } = await import(new URL("../../mobile_api/tablet/rules/scan.js", import.meta.url));

test("a serial on record is found in whatever the label says around it", () => {
  const known = ["CB-77", "CB-770"];
  assert.equal(scanned("cb77", known), "CB-77");
  assert.equal(scanned("[)>\u001e06\u001dMFG:X\u001dSN CB770", known), "CB-770");
  assert.equal(scanned("https://meters.example.org/m/CB-77", known), "CB-77");
});

test("an unknown label gives its serial, else itself, and never more than fits", () => {
  assert.equal(scanned("SN: ZX900; 5/8"), "ZX900");
  assert.equal(scanned("Serial No. 44-120"), "44-120");
  assert.equal(scanned("https://meters.example.org/m?id=ZX901"), "ZX901");
  assert.equal(scanned(" SEAL0042 "), "SEAL0042");
  assert.equal(scanned("9".repeat(80)).length, 40);
  assert.equal(scanned("  "), null);
});

test("what has a label may be scanned", () => {
  assert.equal(mayScan({ type: "serial", name: "serial" }), true);
  assert.equal(mayScan({ type: "text", name: "seal", means: "seal" }), true);
  assert.equal(mayScan({ type: "text", name: "endpoint" }), true);
  assert.equal(mayScan({ type: "text", name: "remarks" }), false);
  assert.equal(mayScan({ type: "read", name: "read" }), false);
});
