// What waits to be sent, and what the office answered to what was.

import { app } from "../lib/state.js";
import { said, t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { money, when } from "../lib/words.js";
import { link } from "../lib/router.js";
import { icon } from "./icons.js";

const SYMBOL = { posted: "check", review: "clock", quarantined: "hazard" };

function fate(event) {
  const ack = app.model.acks.get(event._id);
  if (ack) {
    const symbol = SYMBOL[ack.status] ?? "clock";
    return { tone: ack.status, symbol, words: t(`status.${ack.status}`), detail: said(ack.words, ack.said) };
  }
  if (app.waiting.has(event._id))
    return { tone: "waiting", symbol: "outbox", words: t("status.waiting"), detail: "" };
  return { tone: "sent", symbol: "clock", words: t("status.sent"), detail: t("outbox.not_answered") };
}

function row(event) {
  const { tone, symbol, words, detail } = fate(event);
  const order = app.model.orders.get(event.order);
  const amount = event.body.receipt?.amount_cents;
  const photos = Object.keys(event._attachments ?? {}).length;
  return html`<li data-event=${event._id} data-status=${tone}>
    <a href=${event.order ? link("order", event.order) : link("outbox")}>
      <span
        ><b>${t(`event.${event.event}`)}${amount ? `, ${money(amount)}` : ""}</b
        ><small
          >${[order?.premise?.address ?? event.order, when(event.at)].filter(Boolean).join(", ")}${photos ? `, ${t("outbox.photos", { count: photos })}` : ""}</small
        ></span
      >
      <span class="end"
        ><b class="status" data-tone=${tone}>${icon(symbol)}${words}</b
        >${detail ? html`<small>${detail}</small>` : nothing}</span
      >
    </a>
  </li>`;
}

const STEPS = new Set(["acknowledged", "en_route", "on_site", "started", "suspended", "resumed", "message", "messages_read", "day"]);

// Work and money first; the steps on the way to them are shown as a number once they have left.
function group(title, events, steps = true) {
  if (!events.length) return nothing;
  const shown = steps ? events : events.filter((event) => !STEPS.has(event.event));
  const rest = events.length - shown.length;
  return html`<h2 class="day">${title} <small>${events.length}</small></h2>
    ${
      shown.length
        ? html`<ol class="rows">
            ${shown.map(row)}
          </ol>`
        : nothing
    }
    ${rest ? html`<p class="quiet rest">${t(shown.length ? "outbox.and_steps" : "outbox.steps", { count: rest })}</p>` : nothing}`;
}

export function outboxPane() {
  const events = [...app.model.history].reverse();
  const answered = (event) => app.model.acks.has(event._id);
  const attention = events.filter(
    (event) => answered(event) && app.model.acks.get(event._id).status !== "posted",
  );
  return html`<section class="pane single" data-page>
    <header class="page-head"><h1>${t("outbox")}</h1></header>
    ${events.length ? nothing : html`<p class="empty"><b>${t("outbox.none")}</b> ${t("outbox.none_advice")}</p>`}
    ${group(
      t("outbox.waiting"),
      events.filter((event) => !answered(event) && app.waiting.has(event._id)),
    )}
    ${group(t("outbox.attention"), attention)}
    ${group(
      t("outbox.unanswered"),
      events.filter((event) => !answered(event) && !app.waiting.has(event._id)),
      false,
    )}
    ${group(
      t("outbox.posted"),
      events.filter((event) => answered(event) && !attention.includes(event)),
      false,
    )}
  </section>`;
}
