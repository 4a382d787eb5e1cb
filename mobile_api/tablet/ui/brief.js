// What decides the visit, in one card before anything has to be scrolled: what to do, where the meter is, what it should
// show, how to get in, and what it costs.

import { served, t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { money, number } from "../lib/words.js";
import { fact, facts } from "./facts.js";
import { asked } from "./instructions.js";
import { lastSeen, latest } from "./meter.js";

const feeWords = ({ fees = [], no_charge }) =>
  fees.map((fee) => fact(served(fee.title), no_charge ? t("account.no_charge") : money(fee.cents), "figure"));

function meterLines(order) {
  const { meter, expected, access } = order;
  const last = latest(order);
  return [
    fact(t("meter"), meter && html`<span class="serial">${meter.serial}</span>`),
    fact(t("meter.where"), order.meter_location || t("meter.not_noted")),
    fact(t("place.access"), access?.note),
    fact(t("meter.last"), last && lastSeen(last)),
    fact(t("meter.expected"), expected && `${number(expected.low)} – ${number(expected.high)}`, "figure"),
  ];
}

export function brief(order) {
  const { words, lines } = asked(order);
  return html`<section class="card wide brief" aria-label=${t("brief")}>
    ${words ? html`<p class="instructions">${words}</p>` : nothing}
    ${facts(lines, meterLines(order), feeWords(order))}
  </section>`;
}
