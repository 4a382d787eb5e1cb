// One order: everything a technician needs at the door, and the next step in reach of the thumb.

import { app } from "../lib/state.js";
import { known, served, t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { dayName, money, spelled, when } from "../lib/words.js";
import { link } from "../lib/router.js";
import { arrivedAt, mustChoose } from "../rules/progress.js";
import { actionBar } from "./actions.js";
import { brief } from "./brief.js";
import { changeBanner } from "./cancel.js";
import { authorityCard, cutBanner } from "./cut.js";
import { fact, facts } from "./facts.js";
import { flagBanner } from "./flags.js";
import { icon } from "./icons.js";
import { stateOf, windowOf } from "./list.js";
import { log } from "./log.js";
import { messagesCard } from "./messages.js";
import { meterCard } from "./meter.js";
import { directionsLink } from "./next.js";
import { pickupCard } from "./pickup.js";

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

function place(order) {
  const { premise, service_point: point } = order;
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
    )}
    ${directionsLink(order)}
  </section>`;
}

function person({ account, balance }) {
  if (!account) return nothing;
  const owed = balance && html`<b class="figure">${money(balance.cents)}</b> ${t("account.as_of", { when: when(balance.as_of) })}`;
  return html`<section class="card">
    <h2>${t("account")}</h2>
    <p class="name">${account.name}</p>
    ${facts(
      fact(t("account.number"), account.number),
      fact(t("account.balance"), owed),
    )}
    ${
      account.phone
        ? html`<a class="button" href=${`tel:${account.phone}`}>${icon("phone")} ${account.phone}</a>`
        : nothing
    }
  </section>`;
}

// How an order before this one ended, in the words of its type.
function outcomeOf({ type, outcome }) {
  const ending = app.model.catalogue[type]?.outcomes.find(({ value }) => value === outcome)?.title;
  const reason = app.model.settings.unable_reasons.find(({ code }) => code === outcome)?.title;
  return outcome ? served(ending ?? reason ?? spelled(outcome)) : "";
}

function history({ history: past = [] }) {
  if (!past.length) return nothing;
  return html`<section class="card">
    <h2>${t("history")}</h2>
    <ul class="plain-list">
      ${past.map((one) => html`<li><b>${served(one.title)}</b> ${dayName(one.at)}<br /><small>${[outcomeOf(one), one.number].filter(Boolean).join(", ")}</small></li>`)}
    </ul>
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
      ${brief(order)} ${authorityCard(order)} ${place(order)} ${meterCard(order)} ${history(order)} ${person(order)} ${messagesCard(order)} ${pickupCard(order)}
      ${log(order)}
    </div>
    ${actionBar(order, arrivedAt(order.events))}
  </article>`;
}
