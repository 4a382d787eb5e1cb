// Receipts written on this tablet: one to show or print, the list with the cash it adds up to, and voided numbers.

import { work } from "../data/open.js";
import { voidReceipt } from "../data/receipts.js";
import { app, say, update } from "../lib/state.js";
import { html, nothing } from "../lib/view.js";
import { dayTime, localDay, money, plural, when } from "../lib/words.js";
import { link } from "../lib/router.js";
import { fact, facts } from "./facts.js";
import { icon } from "./icons.js";

const METHODS = { cash: "Cash", check: "Check", card_slip: "Card slip", void: "Void" };

function fate(event) {
  const ack = app.model.acks.get(event._id);
  if (ack) return ack.status === "posted" ? "posted" : ack.words;
  return app.waiting.has(event._id) ? "waiting to send" : "sent";
}

export function receiptPane(numberText) {
  const event = app.model.receipts.find((item) => item.body.receipt.number === numberText);
  if (!event)
    return html`<section class="pane single" data-page>
      <p class="empty"><b>Receipt ${numberText} is not on this tablet.</b></p>
    </section>`;
  const { receipt, reason } = event.body;
  const order = app.model.orders.get(event.order);
  return html`<section class="pane single" data-page>
    <article class="receipt card">
      <header>
        <p>${app.model.settings.district}</p>
        <h1>${receipt.method === "void" ? "Voided receipt" : "Receipt"}</h1>
      </header>
      <p class="receipt-number">${receipt.number}</p>
      <p class="receipt-amount">${money(receipt.amount_cents)}</p>
      ${facts(
        fact("Received by", app.profile.technician.name),
        fact(
          "Paid by",
          [METHODS[receipt.method] ?? receipt.method, receipt.check_number].filter(Boolean).join(" "),
        ),
        fact("Account", [receipt.account, order?.account?.name].filter(Boolean).join(", ")),
        fact("Premise", order?.premise?.address),
        fact("Order", event.order),
        fact("Taken", dayTime(receipt.taken_at)),
        fact("Reason", reason),
        fact("Check code", receipt.hash.slice(0, 16), "hash"),
      )}
    </article>
    <div class="actions plain-bar">
      <a class="button" href=${event.order ? link("order", event.order) : link("receipts")}
        >${icon("back")} ${event.order ? "Back to the order" : "All receipts"}</a
      >
      <button class="primary" @click=${() => print()}>${icon("print")} Print</button>
    </div>
  </section>`;
}

async function submitVoid(event) {
  event.preventDefault();
  const { order: orderNumber, reason } = Object.fromEntries(new FormData(event.target));
  const order = app.model.orders.get(orderNumber);
  if (!reason.trim() || !order || app.ui.recording) return;
  app.ui.recording = true;
  update();
  try {
    const doc = await voidReceipt(work.writer, order, order.account.number, reason.trim());
    say(`Number ${doc.body.receipt.number} is void.`, "ok");
    event.target.reset();
    app.ui.voiding = false;
  } catch (error) {
    say(`Not recorded: ${error.message}`, "danger");
  }
  app.ui.recording = false;
  update();
}

function voidForm() {
  const orders = [...app.model.orders.values()].filter((order) => order.account);
  if (!app.ui.voiding)
    return html`<button class="aside" @click=${() => ((app.ui.voiding = true), update())}>
      Void the next number …
    </button>`;
  return html`<form class="card" @submit=${submitVoid}>
    <h2>Void the next number</h2>
    <p class="help">
      For a slip that was spoilt or lost. The number is spent on nothing, and the office reads why. Money
      already taken keeps its receipt.
    </p>
    <div class="field">
      <label class="label" for="v-order">Order it was meant for</label
      ><select id="v-order" name="order" required>
        ${orders.map((order) => html`<option value=${order.number}>${order.number}, ${order.premise?.address}</option>`)}
      </select>
    </div>
    <div class="field">
      <label class="label" for="v-reason">Reason</label
      ><input id="v-reason" name="reason" required maxlength="200" autocomplete="off" />
    </div>
    <div class="actions plain-bar">
      <button type="button" class="plain" @click=${() => ((app.ui.voiding = false), update())}>Cancel</button
      ><button class="primary" ?disabled=${!orders.length || app.ui.recording}>Void it</button>
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
    <header class="page-head"><h1>Receipts</h1></header>
    <dl class="totals">
      <div>
        <dt>Cash today</dt>
        <dd>${money(sum("cash"))}</dd>
      </div>
      <div>
        <dt>Checks today</dt>
        <dd>${money(sum("check"))}</dd>
      </div>
      <div>
        <dt>Today</dt>
        <dd>${plural(today.length, "receipt")}</dd>
      </div>
    </dl>
    ${receipts.length ? nothing : html`<p class="empty"><b>No receipts yet.</b> They appear here when you take a payment from an order.</p>`}
    <ol class="rows">
      ${receipts.map(
        (event) =>
          html`<li>
            <a href=${link("receipt", event.body.receipt.number)}>
              <span
                ><b class="figure">${event.body.receipt.number}</b
                ><small
                  >${METHODS[event.body.receipt.method]}, ${event.body.receipt.account},
                  ${when(event.body.receipt.taken_at)}</small
                ></span
              >
              <span class="end"
                ><b class="figure"
                  >${event.body.receipt.method === "void" ? "void" : money(event.body.receipt.amount_cents)}</b
                ><small>${fate(event)}</small></span
              >
            </a>
          </li>`,
      )}
    </ol>
    ${voidForm()}
  </section>`;
}
