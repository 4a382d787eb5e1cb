// One order: everything a technician needs at the door, and the next step in reach of the thumb.

import { app } from "../lib/state.js";
import { html, nothing } from "../lib/view.js";
import { dayName, dayTime, money, number, spelled, wallTime, when } from "../lib/words.js";
import { link } from "../lib/router.js";
import { timeOf } from "../rules/progress.js";
import { actionBar } from "./actions.js";
import { changeBanner } from "./cancel.js";
import { flagBanner } from "./flags.js";
import { icon } from "./icons.js";
import { stateOf, windowOf } from "./list.js";
import { meterCard } from "./meter.js";

const STATES = { on: "on", off: "off", off_np: "off, not paid", unmetered: "no meter", inactive: "inactive" };

function header(order) {
  const [words, tone] = stateOf(order);
  return html`<header class="order-head">
    <a class="icon-button back" href=${link("orders")} aria-label="Back to the list">${icon("back")}</a>
    <div>
      <p class="kicker">${order.title} <span class="quiet">${order.number}</span></p>
      <h1>${order.premise?.address ?? order.number}</h1>
      <p class="quiet">${[order.premise?.city, windowOf(order), order.planned_minutes && `${order.planned_minutes} min`].filter(Boolean).join("  ·  ")}</p>
    </div>
    <span class="state" data-tone=${tone}>${words}</span>
  </header>`;
}

function place(order) {
  const { premise, service_point: point, access } = order;
  const [lon, lat] = premise.position ?? [];
  const label = encodeURIComponent(premise.address);
  return html`<section class="card">
    <h2>Place</h2>
    <dl class="facts">
      <div><dt>Premise</dt><dd>${premise.number}</dd></div>
      ${point ? html`<div><dt>Service</dt><dd>${spelled(point.service)} ${point.size}″, <b>${STATES[point.state] ?? point.state}</b></dd></div>
        <div><dt>Point</dt><dd>${point.number}</dd></div>` : nothing}
      ${point?.lock ? html`<div><dt>Lock</dt><dd>${point.lock}</dd></div>` : nothing} ${point?.seal ? html`<div><dt>Seal</dt><dd>${point.seal}</dd></div>` : nothing}
      ${access?.note ? html`<div><dt>Access</dt><dd>${access.note}</dd></div>` : nothing}
    </dl>
    ${lat === undefined ? nothing : html`<a class="button" href=${`geo:${lat},${lon}?q=${lat},${lon}(${label})`}>${icon("pin")} Directions</a>`}
  </section>`;
}

function person({ account, balance, no_charge, fees = [] }) {
  if (!account) return nothing;
  return html`<section class="card">
    <h2>Account</h2>
    <p class="name">${account.name}</p>
    <dl class="facts">
      <div><dt>Number</dt><dd>${account.number}</dd></div>
      ${balance ? html`<div><dt>Balance</dt><dd><b class="figure">${money(balance.cents)}</b> as of ${when(balance.as_of)}</dd></div>` : nothing}
      ${fees.map((fee) => html`<div><dt>${fee.title}</dt><dd class="figure">${no_charge ? "no charge" : money(fee.cents)}</dd></div>`)}
    </dl>
    ${account.phone ? html`<a class="button" href=${`tel:${account.phone}`}>${icon("phone")} ${account.phone}</a>` : nothing}
  </section>`;
}

function authority({ authority: cut }) {
  if (!cut) return nothing;
  return html`<section class="card">
    <h2>Authority to disconnect</h2>
    <p class="amount">${money(cut.avoid_cents)} <small>avoids the cut</small></p>
    <dl class="facts">
      <div><dt>Valid until</dt><dd>${dayTime(cut.expires_at)}</dd></div>
      <div><dt>Latest time</dt><dd>${cut.latest_local_time ? wallTime(cut.latest_local_time) : "not limited"}</dd></div>
      <div><dt>Checks</dt><dd>${cut.checks_allowed ? "accepted" : "not accepted"}</dd></div>
      ${(cut.notices ?? []).map((notice) => html`<div><dt>${spelled(notice.kind)} notice</dt><dd>sent ${dayName(`${notice.sent_on}T12:00:00Z`)}</dd></div>`)}
    </dl>
  </section>`;
}

const shown = (value) => {
  if (value === true) return "yes";
  if (value === false) return "no";
  return typeof value === "object" ? Object.entries(value).map(([key, inner]) => `${spelled(key)}: ${shown(inner)}`).join(", ") : String(value);
};

function instructions({ instructions: words, extra = {} }) {
  const more = Object.entries(extra).filter(([, value]) => value !== null && value !== "");
  if (!words && !more.length) return nothing;
  return html`<section class="card wide">
    <h2>Instructions</h2>
    ${words ? html`<p class="instructions">${words}</p>` : nothing}
    ${more.length ? html`<dl class="facts">${more.map(([key, value]) => html`<div><dt>${spelled(key)}</dt><dd>${/_cents$/.test(key) ? money(value) : shown(value)}</dd></div>`)}</dl>` : nothing}
  </section>`;
}

const LOG = { acknowledged: "Acknowledged", en_route: "On the way", on_site: "On site", started: "Work started", suspended: "Paused", resumed: "Resumed", completed: "Completed", unable: "Unable to do it", payment: "Payment taken", cancel_seen: "Change seen", receipt_void: "Receipt number voided", backed_out: "Backed out" };

function log(order) {
  const events = app.model.events.get(order.number) ?? [];
  if (!events.length) return nothing;
  return html`<section class="card wide">
    <h2>What you recorded</h2>
    <ol class="log">
      ${events.map((event) => {
        const ack = app.model.acks.get(event._id);
        const fate = ack ? ack.words : app.waiting.has(event._id) ? "waiting to send" : "sent";
        return html`<li><time>${when(event.at)}</time><b>${LOG[event.event]}</b>
          ${event.body.receipt?.amount_cents ? html`<a href=${link("receipt", event.body.receipt.number)}>${money(event.body.receipt.amount_cents)}, ${event.body.receipt.number}</a>` : nothing}
          ${Number.isInteger(event.body.read) ? html`<span class="figure">read ${number(event.body.read)}</span>` : nothing}
          <span class="quiet">${fate}</span></li>`;
      })}
    </ol>
  </section>`;
}

export function orderPane(order) {
  if (order.state === "recalled" && !order.premise)
    return html`<article class="pane detail" data-page>${header(order)} ${changeBanner(order)} ${log(order)}</article>`;
  return html`<article class="pane detail" data-page>
    ${header(order)} ${changeBanner(order)} ${flagBanner(order)}
    <div class="cards">${instructions(order)} ${authority(order)} ${place(order)} ${meterCard(order)} ${person(order)} ${log(order)}</div>
    ${actionBar(order, timeOf(order.events, "on_site"))}
  </article>`;
}
