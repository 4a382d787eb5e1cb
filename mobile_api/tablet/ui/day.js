// The whole day: signing on, breaks, and its end with hours, miles, open work and the turn-in slip.

import { inRouteOrder } from "../data/model.js";
import { app, say, update } from "../lib/state.js";
import { served, t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { clockTime, distance, duration, localDay, money, plainDay, when } from "../lib/words.js";
import { link } from "../lib/router.js";
import { custodyOf, dayOf, drivenMetres, nextMarks } from "../rules/day.js";
import { finished } from "../rules/progress.js";
import { fact, facts } from "./facts.js";
import { icon } from "./icons.js";
import { recordFor } from "./steps.js";

const today = () => localDay(new Date());

function dayNow() {
  const marks = app.model.history.filter((event) => event.event === "day" && localDay(event.at) === today());
  return dayOf(marks, Date.now());
}

const openWork = () =>
  inRouteOrder([...app.model.orders.values()]).filter(({ bucket, route_day: day }) => bucket === "todo" && (!day || day <= today()));

const receiptsToday = () => app.model.receipts.filter(({ body }) => localDay(body.receipt.taken_at) === today());

function metresToday() {
  const over = (number) => finished(app.model.orders.get(number)?.progress ?? "");
  return drivenMetres(app.model.routes.get(today()), over);
}

const mark = (state, more = {}) => recordFor(null, "day", { state, ...more });

// Signing off reports what the tablet knows of the day; the office counts the money itself.
async function signOff() {
  const { worked_ms: worked, break_ms: rested } = dayNow();
  const { numbers, void: voided, ...tenders } = custodyOf(receiptsToday());
  const kept = await mark("signed_off", {
    worked_s: Math.round(worked / 1000),
    break_s: Math.round(rested / 1000),
    metres: metresToday(),
    open: openWork().map(({ number }) => number),
    custody_cents: tenders,
    receipts: numbers,
    void_receipts: voided,
  });
  if (kept) say(t("day.signed_off"), "ok");
}

function markButton(state, style = "") {
  if (state === "signed_off") return html`<a class="button" href=${link("day")}>${t("day.end")}</a>`;
  return html`<button class=${style} ?disabled=${app.recording} @click=${() => mark(state)}>${t(`day.do.${state}`)}</button>`;
}

// On top of the list: where the day stands, and what may be pressed.
export function dayBar() {
  const day = dayNow();
  return html`<div class="day-bar" role="group" aria-label=${t("day")}>
    <span>${icon("clock")} ${day.since ? t(`day.state.${day.state}`, { when: when(day.since) }) : t("day.not_begun")}</span>
    ${nextMarks(day.state).map((state) => markButton(state))}
    <a class="button" href=${link("pickup")}>${icon("note")} ${t("pickup.new")}</a>
  </div>`;
}

function hours(day) {
  const metres = metresToday();
  return html`<section class="card">
    <h2>${t("day.hours")}</h2>
    ${facts(
      fact(t("day.began"), day.began && clockTime(day.began)),
      fact(t("day.worked"), duration(day.worked_ms), "figure"),
      fact(t("day.rested"), duration(day.break_ms), "figure"),
      fact(t("day.driven"), metres === null ? t("day.driven_unknown") : metres ? distance(metres) : t("day.driven_none"), "figure"),
    )}
  </section>`;
}

function open(orders) {
  return html`<section class="card">
    <h2>${t("day.open", { count: orders.length })}</h2>
    ${orders.length ? html`<ul class="plain-list">${orders.map((order) => html`<li><a href=${link("order", order.number)}>${order.premise?.address ?? order.number}</a> <small>${served(order.title)}</small></li>`)}</ul>` : html`<p class="quiet">${t("day.none_open")}</p>`}
  </section>`;
}

function slip() {
  const { numbers, void: voided, cash, check, ...others } = custodyOf(receiptsToday());
  const total = cash + check + Object.values(others).reduce((sum, cents) => sum + cents, 0);
  return html`<section class="card slip">
    <h2>${t("day.slip")}</h2>
    <p class="quiet">${app.profile.technician.name}, ${plainDay(today())}, ${app.profile.device}</p>
    ${facts(
      fact(t("receipts.cash"), money(cash), "figure"),
      fact(t("receipts.checks"), money(check), "figure"),
      fact(t("day.total"), html`<b>${money(total)}</b>`, "figure"),
      fact(t("receipts"), numbers.length ? numbers.join(", ") : t("day.no_receipts")),
      fact(t("day.void"), voided.join(", ")),
    )}
    <p class="sign">${t("day.sign")}</p>
    <button class="aside" @click=${() => print()}>${icon("print")} ${t("day.print")}</button>
  </section>`;
}

export function dayPane() {
  const day = dayNow();
  const left = openWork();
  const waiting = app.waiting.size;
  return html`<section class="pane single" data-page>
    <header class="page-head"><h1>${t("day.end_of", { day: plainDay(today()) })}</h1></header>
    ${waiting ? html`<p class="strip" data-tone="warn" role="status">${t("waiting.kept", { count: waiting })}</p>` : nothing}
    <div class="actions plain-bar">
      <span class="since">${day.since ? t(`day.state.${day.state}`, { when: when(day.since) }) : t("day.not_begun")}</span>
      ${nextMarks(day.state).map((state) => (state === "signed_off" ? html`<button class="primary" ?disabled=${app.recording} @click=${signOff}>${t("day.do.signed_off")}</button>` : markButton(state, state === "back" ? "primary" : "")))}
    </div>
    <div class="cards">${hours(day)} ${open(left)} ${slip()}</div>
  </section>`;
}

const REASONS = ["break", "other_job", "waiting", "supplies", "unsafe"];

export const pauseButton = () =>
  html`<button aria-expanded=${Boolean(app.ui.pausing)} @click=${() => ((app.ui.pausing = !app.ui.pausing), update())}>${icon("pause")} ${t("order.pause")}</button>`;

// Why an order is paused: asked once, and part of the fact.
export function pauseReasons(order) {
  if (!app.ui.pausing) return nothing;
  const pause = async (reason) => {
    if (await recordFor(order, "suspended", { reason })) app.ui.pausing = false;
    update();
  };
  return html`<div class="reasons" role="group" aria-label=${t("pause.why")}>
    <b>${t("pause.why")}</b>
    ${REASONS.map((reason) => html`<button ?disabled=${app.recording} @click=${() => pause(reason)}>${t(`pause.${reason}`)}</button>`)}
  </div>`;
}
