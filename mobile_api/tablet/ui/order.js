// One order: everything a technician needs at the door, and the next step in reach of the thumb.

import { html, nothing } from "../lib/view.js";
import { money, spelled, when } from "../lib/words.js";
import { link } from "../lib/router.js";
import { mustChoose, timeOf } from "../rules/progress.js";
import { actionBar } from "./actions.js";
import { changeBanner } from "./cancel.js";
import { authorityCard, cutBanner } from "./cut.js";
import { fact, facts } from "./facts.js";
import { flagBanner } from "./flags.js";
import { icon } from "./icons.js";
import { instructions } from "./instructions.js";
import { stateOf, windowOf } from "./list.js";
import { log } from "./log.js";
import { meterCard } from "./meter.js";

const STATES = { on: "on", off: "off", off_np: "off, not paid", unmetered: "no meter", inactive: "inactive" };

function header(order) {
  const [words, tone] = stateOf(order);
  return html`<header class="order-head">
    <a class="icon-button back" href=${link("orders")} aria-label="Back to the list">${icon("back")}</a>
    <div>
      <p class="kicker">${order.title} <span class="quiet">${order.number}</span></p>
      <h1>${order.premise?.address ?? order.number}</h1>
      <p class="quiet">
        ${[order.premise?.city, windowOf(order), order.planned_minutes && `${order.planned_minutes} min`].filter(Boolean).join("  ·  ")}
      </p>
    </div>
    <span class="state" data-tone=${tone}>${words}</span>
  </header>`;
}

function place({ premise, service_point: point, access }) {
  const [lon, lat] = premise.position ?? [];
  const label = encodeURIComponent(premise.address);
  const service =
    point && html`${spelled(point.service)} ${point.size}″, <b>${STATES[point.state] ?? point.state}</b>`;
  return html`<section class="card">
    <h2>Place</h2>
    ${facts(
      fact("Premise", premise.number),
      fact("Service", service),
      fact("Point", point?.number),
      fact("Lock", point?.lock),
      fact("Seal", point?.seal),
      fact("Access", access?.note),
    )}
    ${
      lat === undefined
        ? nothing
        : html`<a class="button" href=${`geo:${lat},${lon}?q=${lat},${lon}(${label})`}>
            ${icon("pin")} Directions
          </a>`
    }
  </section>`;
}

function person({ account, balance, no_charge, fees = [] }) {
  if (!account) return nothing;
  const owed = balance && html`<b class="figure">${money(balance.cents)}</b> as of ${when(balance.as_of)}`;
  return html`<section class="card">
    <h2>Account</h2>
    <p class="name">${account.name}</p>
    ${facts(
      fact("Number", account.number),
      fact("Balance", owed),
      fees.map((fee) => fact(fee.title, no_charge ? "no charge" : money(fee.cents), "figure")),
    )}
    ${
      account.phone
        ? html`<a class="button" href=${`tel:${account.phone}`}>${icon("phone")} ${account.phone}</a>`
        : nothing
    }
  </section>`;
}

export function orderPane(order) {
  if (order.state === "recalled" && !order.premise)
    return html`<article class="pane detail" data-page>
      ${header(order)} ${changeBanner(order)} ${log(order)}
    </article>`;
  return html`<article class="pane detail" data-page>
    ${header(order)} ${changeBanner(order)} ${mustChoose(order) ? nothing : cutBanner(order)} ${flagBanner(order)}
    <div class="cards">
      ${instructions(order)} ${authorityCard(order)} ${place(order)} ${meterCard(order)} ${person(order)}
      ${log(order)}
    </div>
    ${actionBar(order, timeOf(order.events, "on_site"))}
  </article>`;
}
