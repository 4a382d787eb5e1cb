// What waits to be sent, and what the office answered to what was.

import { app } from "../lib/state.js";
import { html, nothing } from "../lib/view.js";
import { money, plural, when } from "../lib/words.js";
import { link } from "../lib/router.js";
import { EVENT_WORDS } from "../rules/progress.js";
import { icon } from "./icons.js";

const STATUS = {
  posted: ["check", "Posted"],
  review: ["clock", "In review"],
  quarantined: ["hazard", "Held back"],
};

function fate(event) {
  const ack = app.model.acks.get(event._id);
  if (ack) {
    const [symbol, words] = STATUS[ack.status] ?? ["clock", ack.status];
    return { tone: ack.status, symbol, words, detail: ack.words };
  }
  if (app.waiting.has(event._id))
    return { tone: "waiting", symbol: "outbox", words: "Waiting to send", detail: "" };
  return { tone: "sent", symbol: "clock", words: "Sent", detail: "The office has not answered yet." };
}

function row(event) {
  const { tone, symbol, words, detail } = fate(event);
  const order = app.model.orders.get(event.order);
  const amount = event.body.receipt?.amount_cents;
  const photos = Object.keys(event._attachments ?? {}).length;
  return html`<li data-event=${event._id} data-status=${tone}>
    <a href=${event.order ? link("order", event.order) : link("outbox")}>
      <span
        ><b>${EVENT_WORDS[event.event]}${amount ? `, ${money(amount)}` : ""}</b
        ><small
          >${order?.premise?.address ?? event.order},
          ${when(event.at)}${photos ? `, ${plural(photos, "photo")}` : ""}</small
        ></span
      >
      <span class="end"
        ><b class="status" data-tone=${tone}>${icon(symbol)}${words}</b
        >${detail ? html`<small>${detail}</small>` : nothing}</span
      >
    </a>
  </li>`;
}

const STEPS = new Set(["acknowledged", "en_route", "on_site", "started", "suspended", "resumed"]);

// Work and money first; the steps on the way to them are told as a number once they have left.
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
    ${rest ? html`<p class="quiet rest">${shown.length ? "and " : ""}${plural(rest, "step")} on the way, such as “on site”</p>` : nothing}`;
}

export function outboxPane() {
  const events = [...app.model.events.values()].flat().sort((a, b) => b.counter - a.counter);
  const answered = (event) => app.model.acks.has(event._id);
  const attention = events.filter(
    (event) => answered(event) && app.model.acks.get(event._id).status !== "posted",
  );
  return html`<section class="pane single" data-page>
    <header class="page-head"><h1>Sent and answered</h1></header>
    ${events.length ? nothing : html`<p class="empty"><b>Nothing recorded yet.</b> Each step you take is listed here until the office has answered it.</p>`}
    ${group(
      "Waiting to send",
      events.filter((event) => !answered(event) && app.waiting.has(event._id)),
    )}
    ${group("The office is looking at", attention)}
    ${group(
      "Sent, no answer yet",
      events.filter((event) => !answered(event) && !app.waiting.has(event._id)),
      false,
    )}
    ${group(
      "Posted",
      events.filter((event) => answered(event) && !attention.includes(event)),
      false,
    )}
  </section>`;
}
