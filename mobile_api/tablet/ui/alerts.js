// Emergencies, cancels, recalls and messages: heard, felt, and on top of every page until they are seen.

import { unreadOf } from "../data/model.js";
import { read, write } from "../lib/idb.js";
import { app, update } from "../lib/state.js";
import { known, served, t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { link } from "../lib/router.js";
import { alertsOf, ringsOn } from "../rules/alerts.js";
import { icon } from "./icons.js";

const AGAIN_MS = 8000;
const MOST_KEPT = 300;
const BUZZ = { emergency: [400, 150, 400, 150, 400], cancelled: [300, 150, 300], recalled: [300, 150, 300], message: [120] };
const TONES = { emergency: [880, 660, 880, 660], cancelled: [660, 520], recalled: [660, 520], message: [740] };
const TONE_S = 0.18;

let seen = new Set();
let owner = null;
const rung = new Set();
let sound = null;

const place = () => `alerts:${app.profile.technician.id}`;

// What this technician has pressed away before.
async function load() {
  const mine = app.profile;
  owner = mine;
  const kept = (await read("settings", place())) ?? [];
  if (app.profile !== mine) return;
  seen = new Set(kept);
  update();
}

async function see(keys) {
  for (const key of keys) seen.add(key);
  update();
  await write([["settings", place(), [...seen].slice(-MOST_KEPT)]]);
}

function pending() {
  if (!app.model || !app.profile) return [];
  if (owner !== app.profile) {
    seen = new Set();
    rung.clear();
    load();
    return [];
  }
  return alertsOf([...app.model.orders.values()], unreadOf(app.model.messages), seen, Date.now());
}

function ring({ kind }) {
  navigator.vibrate?.(BUZZ[kind]);
  if (sound?.state !== "running") return;
  TONES[kind].forEach((pitch, index) => {
    const tone = sound.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(sound.destination);
    tone.start(sound.currentTime + index * TONE_S);
    tone.stop(sound.currentTime + (index + 0.8) * TONE_S);
  });
}

// Ring for what is new, and again for what still waits. Browsers let a page sound after its first touch.
export function keepAlerting() {
  const wake = () => {
    sound ??= globalThis.AudioContext ? new AudioContext() : null;
    if (sound?.state === "suspended") sound.resume();
  };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, wake, { passive: true });
  setInterval(() => {
    const loudest = pending().find(ringsOn);
    if (loudest) ring(loudest);
  }, AGAIN_MS);
}

function ringNew(alerts) {
  const fresh = alerts.filter(({ key }) => !rung.has(key));
  for (const { key } of fresh) rung.add(key);
  if (fresh.length) ring(fresh[0]);
}

export const cannedWords = ({ canned, text }) => [canned && (known(`canned.${canned}`) ? t(`canned.${canned}`) : canned), text].filter(Boolean).join(" ");

function line(alert) {
  const { kind, order, message, key } = alert;
  const words = message ? cannedWords(message) : `${order.premise?.address ?? order.number}, ${served(order.title)}`;
  const href = message ? link("messages") : link("order", order.number);
  return html`<li data-kind=${kind}>
    ${icon(message ? "message" : "hazard")}
    <span><b>${t(`alert.${kind}`)}</b> ${words}</span>
    <a class="button" href=${href} @click=${() => message || see([key])}>${t("next.open")}</a>
    <button @click=${() => see([key])}>${t("alert.seen")}</button>
  </li>`;
}

export function alertStrip() {
  const alerts = pending();
  ringNew(alerts);
  if (!alerts.length) return nothing;
  return html`<section class="alerts" role="alertdialog" aria-label=${t("alert.all")} aria-live="assertive">
    <ul>
      ${alerts.slice(0, 4).map(line)}
    </ul>
    ${alerts.length > 4 ? html`<p>${t("alert.more", { count: alerts.length - 4 })}</p>` : nothing}
  </section>`;
}
