// What the technician recorded about an order, and what became of it.

import { app } from "../lib/state.js";
import { ackWords } from "../lib/acks.js";
import { t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { money, number, when } from "../lib/words.js";
import { link } from "../lib/router.js";

function fate(event) {
  const ack = app.model.acks.get(event._id);
  if (ack) return ackWords(ack);
  return app.waiting.has(event._id) ? t("fate.waiting") : t("fate.sent");
}

function line(event) {
  const { receipt, read } = event.body;
  const cents = receipt?.amount_cents;
  return html`<li>
    <time>${when(event.at)}</time><b>${t(`event.${event.event}`)}</b>
    ${
      cents
        ? html`<a href=${link("receipt", receipt.number)}>${money(cents)}, ${receipt.number}</a>`
        : nothing
    }
    ${Number.isInteger(read) ? html`<span class="figure">${t("log.read", { value: number(read) })}</span>` : nothing}
    <span class="quiet">${fate(event)}</span>
  </li>`;
}

export function log(order) {
  const events = app.model.events.get(order.number) ?? [];
  if (!events.length) return nothing;
  return html`<section class="card wide">
    <h2>${t("log")}</h2>
    <ol class="log">
      ${events.map(line)}
    </ol>
  </section>`;
}
