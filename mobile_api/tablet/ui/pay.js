// Taking money at the door: amount, method, and a numbered receipt before the customer leaves.

import { work } from "../data/open.js";
import { takePayment } from "../data/receipts.js";
import { app, say, update } from "../lib/state.js";
import { known, t } from "../lib/texts.js";
import { html, live, nothing } from "../lib/view.js";
import { cents, currencySign, money, spelled, when } from "../lib/words.js";
import { link, wayOn } from "../lib/router.js";
import { openDraft, setValue, used } from "./draft.js";
import { PAYMENT_MAX_CENTS, amountProblem, malformedAmount } from "../rules/form.js";
import { icon } from "./icons.js";
import { keep } from "./steps.js";

// Methods this account may use here: the district's, without checks where the order forbids them.
function methodsFor(order, { payment = {} }) {
  const methods = payment.methods ?? ["cash"];
  return order.authority?.checks_allowed === false ? methods.filter((method) => method !== "check") : methods;
}

// What is wrong with a payment as typed, by field.
function paymentProblems(values, order, settings) {
  const found = {};
  const amount = cents(values.amount ?? "");
  const wrong = amountProblem(amount);
  if (wrong) found.amount = t(wrong.code, { most: money(PAYMENT_MAX_CENTS) });
  if (!methodsFor(order, settings).includes(values.method ?? "cash"))
    found.method = t("pay.no_checks");
  if (values.method === "check" && !(values.check_number ?? "").trim())
    found.check_number = t("pay.check_number_needed");
  return found;
}

async function submit(event, draft, order, found) {
  event.preventDefault();
  draft.tried = true;
  update();
  if (Object.keys(found).length) return;
  const { amount, method = "cash", check_number = "" } = draft.values;
  const on = wayOn();
  let number = null;
  const kept = await keep(async () => {
    const doc = await takePayment(
      work.writer,
      order,
      { amount_cents: cents(amount), method, check_number: method === "check" ? check_number.trim() : null },
      draft,
    );
    number = doc.body.receipt.number;
  }, (reason) => t("pay.failed", { reason }));
  if (!kept) return;
  used(draft);
  if (!on("receipt", number)) say(t("pay.written", { number }), "ok");
}

// What the amount means for a cut. It is always taken; whether it stops the cut is another matter.
function meaning(order, amount, { payment = {} }) {
  const avoids = order.authority?.avoid_cents;
  if (!avoids || !amount) return nothing;
  if (amount >= avoids)
    return html`<p class="meaning" data-tone="ok">${icon("check")} ${t("pay.avoids")}</p>`;
  const floor = payment.floor_cents;
  if (floor && amount >= floor)
    return html`<p class="meaning" data-tone="ok">
      ${icon("check")} ${t("pay.part_avoids", { amount: money(floor) })}
    </p>`;
  return html`<p class="meaning" data-tone="warn">
    ${icon("hazard")} ${t("pay.too_little", { amount: money(avoids) })}
  </p>`;
}

function suggestions(order) {
  const found = [];
  if (order.authority?.avoid_cents) found.push([order.authority.avoid_cents, t("pay.suggest_avoids")]);
  if (order.balance?.cents > 0) found.push([order.balance.cents, t("pay.suggest_balance")]);
  return found;
}

const suggestion = (draft, value, words) =>
  html`<button
    type="button"
    class="small"
    @click=${() => setValue(draft, "amount", (value / 100).toFixed(2))}
  >
    ${money(value)} <small>${words}</small>
  </button>`;

const methodChoice = (draft, key, chosen) =>
  html`<label class="choice"
    ><input
      type="radio"
      name="method"
      .checked=${live(key === chosen)}
      @change=${() => setValue(draft, "method", key)}
    /><span>${known(`method.${key}`) ? t(`method.${key}`) : spelled(key)}</span></label
  >`;

// An order that went back to the office has no account here any more, and somebody may come back to its page.
const nothingToPay = (order) =>
  html`<article class="pane detail" data-page>
    <p class="empty"><b>${t("pay.no_account")}</b></p>
    <a class="button" href=${link("order", order.number)}>${t("order.back")}</a>
  </article>`;

export function payPane(order) {
  if (!order.account) return nothingToPay(order);
  const draft = openDraft(order, "pay");
  if (!draft) return html`<article class="pane detail" data-page aria-busy="true"></article>`;
  const settings = app.model.settings;
  const found = paymentProblems(draft.values, order, settings);
  const complaint = (name) =>
    (draft.tried || (name === "amount" && malformedAmount(draft.values.amount))) && found[name]
      ? html`<p class="problem" role="alert">${icon("hazard")}<span>${found[name]}</span></p>`
      : nothing;
  const method = draft.values.method ?? "cash";
  const amount = cents(draft.values.amount ?? "");
  return html`<article class="pane detail" data-page>
    <header class="order-head">
      <a class="icon-button back always" href=${link("order", order.number)} aria-label=${t("order.back")}
        >${icon("back")}</a
      >
      <div>
        <p class="kicker">${order.account.name} <span class="quiet">${order.account.number}</span></p>
        <h1>${t("pay.title")}</h1>
        ${order.balance ? html`<p class="quiet">${t("pay.balance", { amount: money(order.balance.cents), when: when(order.balance.as_of) })}</p>` : nothing}
      </div>
    </header>
    <form novalidate @submit=${(event) => submit(event, draft, order, found)}>
      <section class="card">
        <div class="field" data-field="amount">
          <label class="label" for="f-amount">${t("pay.amount")}</label>
          <span class="unit before"
            ><span>${currencySign()}</span
            ><input
              id="f-amount"
              class="big"
              inputmode="decimal"
              maxlength="12"
              autocomplete="off"
              .value=${live(draft.values.amount ?? "")}
              @input=${(event) => setValue(draft, "amount", event.target.value)}
          /></span>
          <div class="suggestions">
            ${suggestions(order).map(([value, words]) => suggestion(draft, value, words))}
          </div>
          ${meaning(order, amount, settings)} ${complaint("amount")}
        </div>
        <div class="field" data-field="method">
          <span class="label" id="l-method">${t("pay.by")}</span>
          <div class="choices" role="radiogroup" aria-labelledby="l-method">
            ${methodsFor(order, settings).map((key) => methodChoice(draft, key, method))}
          </div>
          ${complaint("method")}
        </div>
        ${
          method === "check"
            ? html`<div class="field" data-field="check_number">
                <label class="label" for="f-check">${t("pay.check_number")}</label
                ><input
                  id="f-check"
                  inputmode="numeric"
                  maxlength="20"
                  .value=${live(draft.values.check_number ?? "")}
                  @input=${(event) => setValue(draft, "check_number", event.target.value)}
                />${complaint("check_number")}
              </div>`
            : nothing
        }
      </section>
      <div class="actions">
        <span class="since">${t("pay.count")}</span>
        <button class="primary" ?disabled=${app.recording}>
          ${app.recording ? t("pay.writing") : amount ? t("pay.receipt_for", { amount: money(amount) }) : t("pay.write")}
        </button>
      </div>
    </form>
  </article>`;
}
