// What the technician recorded about an order, and what became of it.

import { app } from "../lib/state.js";
import { said, t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { money, number, when } from "../lib/words.js";
import { link } from "../lib/router.js";

function fate(event) {
  const ack = app.model.acks.get(event._id);
  if (ack) return said(ack.words, ack.said);
  return app.waiting.has(event._id) ? t("fate.waiting") : t("fate.sent");
}

// How a step came to be noted, where it was not by a press of its own.
function noted({ noted: how, seen_at: seen }) {
  if (!how && !seen) return nothing;
  const words = [how && t(`noted.${how}`), seen && t("noted.seen", { when: when(seen) })];
  return html`<span class="quiet">${words.filter(Boolean).join(", ")}</span>`;
}

function line(event) {
  const { receipt, read } = event.body;
  const cents = receipt?.amount_cents;
  return html`<li>
    <time>${when(event.at)}</time><b>${t(`event.${event.event}`)}</b>
    ${noted(event.body)}
    ${event.event === "suspended" && event.body.reason ? html`<span class="quiet">${t(`pause.${event.body.reason}`)}</span>` : nothing}
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
