// Receipts written on this tablet: one to show or print, the list with the cash it adds up to, and voided numbers.

import { work } from "../data/open.js";
import { voidReceipt } from "../data/receipts.js";
import { app, say, update } from "../lib/state.js";
import { known, said, t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { dayTime, localDay, money, spelled, when } from "../lib/words.js";
import { link } from "../lib/router.js";
import { fact, facts } from "./facts.js";
import { icon } from "./icons.js";
import { keep } from "./steps.js";

const methodTitle = (method) => (known(`method.${method}`) ? t(`method.${method}`) : spelled(method));

function fate(event) {
  const ack = app.model.acks.get(event._id);
  if (ack) return ack.status === "posted" ? t("fate.posted") : said(ack.words, ack.said);
  return app.waiting.has(event._id) ? t("fate.waiting") : t("fate.sent");
}

export function receiptPane(numberText) {
  const event = app.model.receipts.find((item) => item.body.receipt.number === numberText);
  if (!event)
    return html`<section class="pane single" data-page>
      <p class="empty"><b>${t("receipt.missing", { number: numberText })}</b></p>
    </section>`;
  const { receipt, reason } = event.body;
  const order = app.model.orders.get(event.order);
  return html`<section class="pane single" data-page>
    <article class="receipt card">
      <header>
        <p>${app.model.settings.district}</p>
        <h1>${receipt.method === "void" ? t("receipt.voided") : t("receipt")}</h1>
      </header>
      <p class="receipt-number">${receipt.number}</p>
      <p class="receipt-amount">${money(receipt.amount_cents)}</p>
      ${facts(
        fact(t("receipt.received_by"), app.profile.technician.name),
        fact(
          t("receipt.paid_by"),
          [methodTitle(receipt.method), receipt.check_number].filter(Boolean).join(" "),
        ),
        fact(t("receipt.account"), [receipt.account, order?.account?.name].filter(Boolean).join(", ")),
        fact(t("receipt.premise"), order?.premise?.address),
        fact(t("receipt.order"), event.order),
        fact(t("receipt.taken"), dayTime(receipt.taken_at)),
        fact(t("receipt.reason"), reason),
        fact(t("receipt.code"), receipt.hash.slice(0, 16), "hash"),
      )}
    </article>
    <div class="actions plain-bar">
      <a class="button" href=${event.order ? link("order", event.order) : link("receipts")}
        >${icon("back")} ${event.order ? t("order.back") : t("receipt.all")}</a
      >
      <button class="primary" @click=${() => print()}>${icon("print")} ${t("receipt.print")}</button>
    </div>
  </section>`;
}

async function submitVoid(event) {
  event.preventDefault();
  const { order: orderNumber, reason } = Object.fromEntries(new FormData(event.target));
  const order = app.model.orders.get(orderNumber);
  if (!reason.trim() || !order) return;
  const kept = await keep(async () => {
    const doc = await voidReceipt(work.writer, order, order.account.number, reason.trim());
    say(t("receipt.is_void", { number: doc.body.receipt.number }), "ok");
  });
  if (!kept) return;
  event.target.reset();
  app.ui.voiding = false;
  update();
}

function voidForm() {
  const orders = [...app.model.orders.values()].filter((order) => order.account);
  if (!app.ui.voiding)
    return html`<button class="aside" @click=${() => ((app.ui.voiding = true), update())}>
      ${t("receipt.void_next")}
    </button>`;
  return html`<form class="card" @submit=${submitVoid}>
    <h2>${t("receipt.void_title")}</h2>
    <p class="help">
      ${t("receipt.void_help")}
    </p>
    <div class="field">
      <label class="label" for="v-order">${t("receipt.void_order")}</label
      ><select id="v-order" name="order" required>
        ${orders.map((order) => html`<option value=${order.number}>${order.number}, ${order.premise?.address}</option>`)}
      </select>
    </div>
    <div class="field">
      <label class="label" for="v-reason">${t("receipt.reason")}</label
      ><input id="v-reason" name="reason" required maxlength="200" autocomplete="off" />
    </div>
    <div class="actions plain-bar">
      <button type="button" class="plain" @click=${() => ((app.ui.voiding = false), update())}>${t("receipt.void_cancel")}</button
      ><button class="primary" ?disabled=${!orders.length || app.recording}>${t("receipt.void_it")}</button>
    </div>
  </form>`;
}

export function receiptsPane() {
  const { receipts } = app.model;
  const today = receipts.filter((event) => localDay(event.body.receipt.taken_at) === localDay(new Date()));
  const sum = (method) =>
    today
      .filter((event) => event.body.receipt.method === method)
      .reduce((total, event) => total + event.body.receipt.amount_cents, 0);
  return html`<section class="pane single" data-page>
    <header class="page-head"><h1>${t("receipts")}</h1></header>
    <dl class="totals">
      <div>
        <dt>${t("receipts.cash")}</dt>
        <dd>${money(sum("cash"))}</dd>
      </div>
      <div>
        <dt>${t("receipts.checks")}</dt>
        <dd>${money(sum("check"))}</dd>
      </div>
      <div>
        <dt>${t("receipts.today")}</dt>
        <dd>${t("receipts.count", { count: today.length })}</dd>
      </div>
    </dl>
    ${receipts.length ? nothing : html`<p class="empty"><b>${t("receipts.none")}</b> ${t("receipts.none_advice")}</p>`}
    <ol class="rows">
      ${receipts.map(
        (event) =>
          html`<li>
            <a href=${link("receipt", event.body.receipt.number)}>
              <span
                ><b class="figure">${event.body.receipt.number}</b
                ><small
                  >${methodTitle(event.body.receipt.method)}, ${event.body.receipt.account},
                  ${when(event.body.receipt.taken_at)}</small
                ></span
              >
              <span class="end"
                ><b class="figure"
                  >${event.body.receipt.method === "void" ? t("receipt.void_amount") : money(event.body.receipt.amount_cents)}</b
                ><small>${fate(event)}</small></span
              >
            </a>
          </li>`,
      )}
    </ol>
    ${voidForm()}
  </section>`;
}
