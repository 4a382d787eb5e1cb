// Where the technician is, what comes next and how far it is; where the device's navigation is asked.

import assert from "node:assert/strict";
import { test } from "node:test";

const load = (name) => import(new URL(`../../mobile_api/tablet/${name}`, import.meta.url));
const { directionsTo, platformOf } = await load("rules/navigation.js");
const { circle, legOf, spread } = await load("rules/spread.js");
const { currentOf, isThere, metresBetween, nextOf, wayTo } = await load("rules/nearby.js");

const HOUSE = [-98.6, 39.1];
const fix = (lon, lat, accuracy_m = 8) => ({ lon, lat, accuracy_m });

test("each device is given a link that it understands", () => {
  const android = "Mozilla/5.0 (Linux; Android 14; SM-T636B) AppleWebKit/537.36 Chrome/126.0";
  const ipad = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15";
  assert.equal(platformOf(android, 5), "android");
  assert.equal(platformOf(ipad, 5), "ios");
  assert.equal(platformOf(ipad, 0), "desktop");
  const to = (platform, chosen) => directionsTo(HOUSE, "1 Elm St", platform, chosen);
  assert.equal(to("android"), "geo:39.1,-98.6?q=39.1,-98.6(1%20Elm%20St)");
  assert.equal(to("ios"), "https://maps.apple.com/?dirflg=d&daddr=39.1%2C-98.6");
  assert.match(to("desktop"), /^https:\/\/www\.google\.com\/maps\/dir\/\?.*destination=39\.1%2C-98\.6$/);
  assert.match(to("android", "waze"), /^https:\/\/waze\.com\/ul\?navigate=yes&ll=39\.1%2C-98\.6$/);
  assert.equal(to("android", "none"), null);
  assert.equal(directionsTo(undefined, "", "android"), null);
});

test("a technician is there within the radius, and a poor fix says nothing", () => {
  assert.ok(Math.abs(metresBetween(HOUSE, [-98.6, 39.101]) - 111.3) < 1);
  assert.equal(isThere(fix(-98.6, 39.1005), HOUSE, 100), true);
  assert.equal(isThere(fix(-98.6, 39.1012), HOUSE, 100), false);
  assert.equal(isThere(fix(-98.6, 39.1, 400), HOUSE, 100), false);
  assert.equal(isThere(fix(-98.6, 39.1005), HOUSE, null), true);
  assert.equal(isThere(null, HOUSE, 100), false);
});

test("numbers that would lie on one another are moved apart, others stay", () => {
  const moved = (points, gap = 50) => spread(points, gap).map(([dx, dy], index) => [points[index][0] + dx, points[index][1] + dy]);
  assert.deepEqual(spread([[0, 0], [100, 0]], 50), [[0, 0], [0, 0]]);
  for (const points of [Array(12).fill([10, 10]), [[0, 0], [20, 5], [30, 0], [300, 300]]]) {
    const places = moved(points);
    for (const [index, [x, y]] of places.entries())
      for (const [otherX, otherY] of places.slice(index + 1)) assert.ok(Math.hypot(x - otherX, y - otherY) >= 46);
  }
});

test("the leg to a stop is its part of the route's line", () => {
  const geometry = [0, 1, 2, 3, 4, 5].map((place) => [place, 0]);
  const steps = [{ stop: 0, at: 0 }, { stop: 0, at: 1 }, { stop: 1, at: 2 }, { stop: 2, at: 4 }];
  assert.deepEqual(legOf({ geometry, steps }, 1), [[2, 0], [3, 0], [4, 0]]);
  assert.deepEqual(legOf({ geometry, steps }, 2), [[4, 0], [5, 0]]);
  assert.deepEqual(legOf({ geometry, steps }, -1), []);
});

test("the circle of an accuracy is closed and as wide as stated", () => {
  const ring = circle(HOUSE, 100);
  assert.deepEqual(ring[0].map((part) => part.toFixed(9)), ring.at(-1).map((part) => part.toFixed(9)));
  for (const corner of ring) assert.ok(Math.abs(metresBetween(HOUSE, corner) - 100) < 0.5);
});

const order = (number, progress, more = {}) => ({
  number,
  progress,
  bucket: ["completed", "unable"].includes(progress) ? "done" : "todo",
  events: [],
  premise: { position: HOUSE },
  ...more,
});

test("the next stop is the first that is not begun; what was called off is none", () => {
  const day = [order("W1", "completed"), order("W2", "suspended"), order("W3", "new", { cancelled: {} }), order("W4", "new")];
  assert.equal(nextOf(day).number, "W4");
  assert.equal(nextOf(day.slice(0, 3)).number, "W2");
  assert.equal(nextOf(day.slice(0, 1)), null);
});

test("the current order is the one that something was last recorded about", () => {
  const at = (time) => ({ events: [{ at: time }] });
  const day = [order("W1", "on_site", at("2026-03-02T15:00:00Z")), order("W2", "en_route", at("2026-03-02T15:20:00Z"))];
  assert.equal(currentOf(day).number, "W2");
  assert.equal(currentOf([order("W3", "suspended", at("2026-03-02T15:30:00Z"))]), null);
});

test("the drive of the route counts where it begins, else the straight line from the fix", () => {
  const route = {
    stops: [{ order: "W1", drive_seconds: 60 }, { order: "W2", drive_seconds: 240 }],
    steps: [{ stop: 0, metres: 10 }, { stop: 1, metres: 900 }, { stop: 1, metres: 300 }],
  };
  const second = order("W2", "new");
  const atFirst = [-98.61, 39.1];
  assert.deepEqual(wayTo(second, route, fix(...atFirst), atFirst), { metres: 1200, seconds: 240 });
  assert.deepEqual(wayTo(second, route, null, atFirst), { metres: 1200, seconds: 240 });
  const far = wayTo(second, route, fix(-98.7, 39.1), atFirst);
  assert.equal(far.straight, true);
  assert.ok(Math.abs(far.metres - 8639) < 20);
  assert.equal(wayTo(order("W9", "new"), route, null, undefined), null);
});
