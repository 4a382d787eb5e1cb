// Taking money at the door: amount, method, and a numbered receipt before the customer leaves.

import { work } from "../data/open.js";
import { takePayment } from "../data/receipts.js";
import { app, say, update } from "../lib/state.js";
import { html, live, nothing } from "../lib/view.js";
import { cents, money, when } from "../lib/words.js";
import { go, link } from "../lib/router.js";
import { openDraft, setValue } from "./draft.js";
import { icon } from "./icons.js";

const METHODS = { cash: "Cash", check: "Check", card_slip: "Card slip" };

// Methods this account may use here: the district's, without checks where the order forbids them.
function methodsFor(order, { payment = {} }) {
  const methods = payment.methods ?? ["cash"];
  return order.authority?.checks_allowed === false ? methods.filter((method) => method !== "check") : methods;
}

// What is wrong with a payment as typed, by field.
export function paymentProblems(values, order, settings) {
  const found = {};
  const amount = cents(values.amount ?? "");
  if (!amount) found.amount = "Type the amount, such as 45.00.";
  if (!methodsFor(order, settings).includes(values.method ?? "cash"))
    found.method = "Checks are not accepted here.";
  if (values.method === "check" && !(values.check_number ?? "").trim())
    found.check_number = "Type the number of the check.";
  return found;
}

async function submit(event, draft, order, found) {
  event.preventDefault();
  draft.tried = true;
  update();
  if (Object.keys(found).length || app.ui.recording) return;
  app.ui.recording = true;
  update();
  const { amount, method = "cash", check_number = "" } = draft.values;
  try {
    const doc = await takePayment(
      work.writer,
      order,
      { amount_cents: cents(amount), method, check_number: method === "check" ? check_number.trim() : null },
      draft,
    );
    app.begun.delete(order.number);
    go("receipt", doc.body.receipt.number);
  } catch (error) {
    app.ui.recording = false;
    say(`No receipt was written: ${error.message}`, "danger");
  }
}

// What the amount means for a cut. It is always taken; whether it stops the cut is another matter.
function meaning(order, amount, { payment = {} }) {
  const avoids = order.authority?.avoid_cents;
  if (!avoids || !amount) return nothing;
  if (amount >= avoids)
    return html`<p class="meaning" data-tone="ok">${icon("check")} This avoids the cut.</p>`;
  const floor = payment.floor_cents;
  if (floor && amount >= floor)
    return html`<p class="meaning" data-tone="ok">
      ${icon("check")} A part, but enough to avoid the cut (from ${money(floor)}).
    </p>`;
  return html`<p class="meaning" data-tone="warn">
    ${icon("hazard")} Less than the ${money(avoids)} that avoids the cut. Only a supervisor may let the
    service on.
  </p>`;
}

function suggestions(order) {
  const found = [];
  if (order.authority?.avoid_cents) found.push([order.authority.avoid_cents, "avoids the cut"]);
  if (order.balance?.cents > 0) found.push([order.balance.cents, "full balance"]);
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
    /><span>${METHODS[key] ?? key}</span></label
  >`;

export function payPane(order) {
  const draft = openDraft(order, "pay");
  if (!draft) return html`<article class="pane detail" data-page aria-busy="true"></article>`;
  const settings = app.model.settings;
  const found = paymentProblems(draft.values, order, settings);
  const complaint = (name) =>
    draft.tried && found[name]
      ? html`<p class="problem" role="alert">${icon("hazard")}<span>${found[name]}</span></p>`
      : nothing;
  const method = draft.values.method ?? "cash";
  const amount = cents(draft.values.amount ?? "");
  return html`<article class="pane detail" data-page>
    <header class="order-head">
      <a class="icon-button back always" href=${link("order", order.number)} aria-label="Back to the order"
        >${icon("back")}</a
      >
      <div>
        <p class="kicker">${order.account.name} <span class="quiet">${order.account.number}</span></p>
        <h1>Take payment</h1>
        ${order.balance ? html`<p class="quiet">Balance ${money(order.balance.cents)} as of ${when(order.balance.as_of)}</p>` : nothing}
      </div>
    </header>
    <form novalidate @submit=${(event) => submit(event, draft, order, found)}>
      <section class="card">
        <div class="field" data-field="amount">
          <label class="label" for="f-amount">Amount</label>
          <span class="unit before"
            ><span>$</span
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
          <span class="label" id="l-method">Paid by</span>
          <div class="choices" role="radiogroup" aria-labelledby="l-method">
            ${methodsFor(order, settings).map((key) => methodChoice(draft, key, method))}
          </div>
          ${complaint("method")}
        </div>
        ${
          method === "check"
            ? html`<div class="field" data-field="check_number">
                <label class="label" for="f-check">Check number</label
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
        <span class="since">Count the money before you press.</span>
        <button class="primary" ?disabled=${app.ui.recording}>
          ${app.ui.recording ? "Writing …" : amount ? `Receipt for ${money(amount)}` : "Write receipt"}
        </button>
      </div>
    </form>
  </article>`;
}
