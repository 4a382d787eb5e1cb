// One order: everything a technician needs at the door, and the next step in reach of the thumb.

import { known, served, t } from "../lib/texts.js";
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

const serviceTitle = (code) => (known(`service.${code}`) ? t(`service.${code}`) : spelled(code));
const stateTitle = (code) => (known(`state.${code}`) ? t(`state.${code}`) : spelled(code));

function header(order) {
  const [words, tone] = stateOf(order);
  return html`<header class="order-head">
    <a class="icon-button back" href=${link("orders")} aria-label=${t("order.back_list")}>${icon("back")}</a>
    <div>
      <p class="kicker">${served(order.title)} <span class="quiet">${order.number}</span></p>
      <h1>${order.premise?.address ?? order.number}</h1>
      <p class="quiet">
        ${[order.premise?.city, windowOf(order), order.planned_minutes && t("order.minutes", { minutes: order.planned_minutes })].filter(Boolean).join("  ·  ")}
      </p>
    </div>
    <span class="state" data-tone=${tone}>${words}</span>
  </header>`;
}

function place({ premise, service_point: point, access }) {
  const [lon, lat] = premise.position ?? [];
  const label = encodeURIComponent(premise.address);
  const service =
    point && html`${serviceTitle(point.service)} ${point.size}″, <b>${stateTitle(point.state)}</b>`;
  return html`<section class="card">
    <h2>${t("place")}</h2>
    ${facts(
      fact(t("place.premise"), premise.number),
      fact(t("place.service"), service),
      fact(t("place.point"), point?.number),
      fact(t("place.lock"), point?.lock),
      fact(t("place.seal"), point?.seal),
      fact(t("place.access"), access?.note),
    )}
    ${
      lat === undefined
        ? nothing
        : html`<a class="button" href=${`geo:${lat},${lon}?q=${lat},${lon}(${label})`}>
            ${icon("pin")} ${t("place.directions")}
          </a>`
    }
  </section>`;
}

function person({ account, balance, no_charge, fees = [] }) {
  if (!account) return nothing;
  const owed = balance && html`<b class="figure">${money(balance.cents)}</b> ${t("account.as_of", { when: when(balance.as_of) })}`;
  return html`<section class="card">
    <h2>${t("account")}</h2>
    <p class="name">${account.name}</p>
    ${facts(
      fact(t("account.number"), account.number),
      fact(t("account.balance"), owed),
      fees.map((fee) => fact(served(fee.title), no_charge ? t("account.no_charge") : money(fee.cents), "figure")),
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
