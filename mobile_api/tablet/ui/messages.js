// Messages with the dispatchers, about an order or the day; what is written without signal goes when there is one.

import { unreadOf } from "../data/model.js";
import { work } from "../data/open.js";
import { app, update } from "../lib/state.js";
import { t } from "../lib/texts.js";
import { html, live, nothing } from "../lib/view.js";
import { localDay, plainDay, when } from "../lib/words.js";
import { link } from "../lib/router.js";
import { cannedWords } from "./alerts.js";
import { icon } from "./icons.js";
import { recordFor } from "./steps.js";

const CANNED = ["running_late", "need_help", "need_parts", "call_customer", "cannot_find", "road_blocked"];
const LONGEST = 500;
const marked = new Set();

// What is on the screen is read; the office sees when.
function markRead() {
  const ids = unreadOf(app.model?.messages ?? []).map(({ id }) => id).filter((id) => !marked.has(id));
  if (!ids.length || app.phase !== "open" || document.visibilityState !== "visible") return;
  for (const id of ids) marked.add(id);
  work.writer.write("messages_read", null, { messages: ids }).catch((error) => {
    console.warn("not marked as read:", error);
    for (const id of ids) marked.delete(id);
  });
}

// Only what names the order goes along: a message is no work on it.
const named = (order) => order && (({ number, epoch, server_seq, rule_set }) => ({ number, epoch, server_seq, rule_set }))(order);

async function send(order, body) {
  const recorded = await recordFor(named(order), "message", body);
  // What was typed while a canned text was on its way stays.
  if (recorded && body.text && app.ui.message?.trim() === body.text) app.ui.message = "";
  update();
}

function fate({ from, event, read_at: readAt }) {
  if (from === "office") return "";
  if (readAt) return t("message.read", { when: when(readAt) });
  return app.waiting.has(event) ? t("fate.waiting") : t("fate.sent");
}

const bubble = (message) => html`<li data-from=${message.from}>
  <p>${cannedWords(message)}</p>
  <small
    >${message.from === "office" ? t("message.office") : t("message.you")}, ${when(message.at)}${message.order ? html`, <a href=${link("order", message.order)}>${message.order}</a>` : nothing}${fate(message) ? `, ${fate(message)}` : ""}</small
  >
</li>`;

function byDay(messages) {
  const days = new Map();
  for (const message of messages) {
    const day = localDay(message.at);
    if (!days.has(day)) days.set(day, []);
    days.get(day).push(message);
  }
  return [...days];
}

function about(order) {
  if (!order) return html`<p class="quiet">${t("message.about_day")}</p>`;
  return html`<p>
    ${t("message.about", { order: order.premise?.address ?? order.number })}
    <a class="button small" href=${link("messages")}>${t("message.about_day_instead")}</a>
  </p>`;
}

export function messagesPane(number) {
  queueMicrotask(markRead);
  const order = number ? (app.model.orders.get(number) ?? null) : null;
  const typed = app.ui.message ?? "";
  const submit = (event) => {
    event.preventDefault();
    if (typed.trim()) send(order, { canned: null, text: typed.trim() });
  };
  const { messages } = app.model;
  return html`<section class="pane single messages" data-page>
    <header class="page-head"><h1>${t("messages")}</h1></header>
    ${messages.length ? nothing : html`<p class="empty"><b>${t("message.none")}</b> ${t("message.none_advice")}</p>`}
    ${byDay(messages).map(
      ([day, those]) =>
        html`<h2 class="day">${day === localDay(new Date()) ? t("time.today") : plainDay(day)}</h2>
          <ol class="talk">${those.map(bubble)}</ol>`,
    )}
    <form class="card" @submit=${submit}>
      ${about(order)}
      <div class="canned" role="group" aria-label=${t("message.canned")}>
        ${CANNED.map((code) => html`<button type="button" ?disabled=${app.recording} @click=${() => send(order, { canned: code, text: "" })}>${t(`canned.${code}`)}</button>`)}
      </div>
      <label class="label" for="f-message">${t("message.write")}</label>
      <textarea id="f-message" rows="2" maxlength=${LONGEST} .value=${live(typed)} @input=${(event) => ((app.ui.message = event.target.value), update())}></textarea>
      <button class="primary" ?disabled=${app.recording || !typed.trim()}>${icon("message")} ${t("message.send")}</button>
    </form>
  </section>`;
}

// On an order: its messages, and the way to write about it.
export function messagesCard(order) {
  const own = app.model.messages.filter((message) => message.order === order.number);
  return html`<section class="card">
    <h2>${t("messages")}</h2>
    ${own.length ? html`<ol class="talk">${own.slice(-3).map(bubble)}</ol>` : nothing}
    <a class="button" href=${link("messages", order.number)}>${icon("message")} ${t("message.to_dispatch")}</a>
  </section>`;
}
