// Which page is drawn for which address.

import { app } from "../lib/state.js";
import { t } from "../lib/texts.js";
import { html } from "../lib/view.js";
import { codePane } from "./code.js";
import { formPane } from "./complete.js";
import { brokenPage, enrolPage, lockPage, revokedPage } from "./door.js";
import { dayPane } from "./day.js";
import { listPane } from "./list.js";
import { mapPane } from "./map.js";
import { messagesPane } from "./messages.js";
import { orderPane } from "./order.js";
import { outboxPane } from "./outbox.js";
import { payPane } from "./pay.js";
import { pickupPane } from "./pickup.js";
import { receiptPane, receiptsPane } from "./receipts.js";
import { shell } from "./shell.js";
import { tabletPane } from "./tablet.js";

const DETAIL = {
  order: orderPane,
  complete: (order) => formPane(order, "complete"),
  unable: (order) => formPane(order, "unable"),
  pay: payPane,
  code: codePane,
};

const SINGLE = {
  map: mapPane,
  day: dayPane,
  messages: () => messagesPane(app.route.params.number),
  pickup: () => pickupPane(app.route.params.number),
  outbox: outboxPane,
  receipts: receiptsPane,
  receipt: () => receiptPane(app.route.params.receipt),
  tablet: tabletPane,
};

function detail() {
  const { name, params } = app.route;
  if (name === "orders")
    return html`<section class="pane detail placeholder">
      <p class="empty"><b>${t("list.choose")}</b> ${t("list.choose_advice")}</p>
    </section>`;
  const order = app.model.orders.get(params.number);
  if (!order)
    return html`<section class="pane detail" data-page>
      <p class="empty">
        <b>${t("list.gone", { number: params.number })}</b> ${t("list.gone_advice")}
      </p>
      <a class="button" href="#/orders">${t("list.back")}</a>
    </section>`;
  return DETAIL[name](order);
}

export function page() {
  if (app.phase === "starting")
    return html`<main class="door" aria-busy="true"><p class="empty">${t("opening")}</p></main>`;
  if (app.phase === "broken") return brokenPage(app.failure);
  if (app.phase === "revoked") return revokedPage();
  if (app.phase === "enrol") return enrolPage();
  if (app.route.name === "join") return enrolPage(true);
  if (app.phase === "locked") return lockPage();
  if (SINGLE[app.route.name]) return shell(SINGLE[app.route.name]());
  return shell(
    html`<div class="panes" data-open=${app.route.name === "orders" ? "list" : "detail"}>
      ${listPane()} ${detail()}
    </div>`,
  );
}
