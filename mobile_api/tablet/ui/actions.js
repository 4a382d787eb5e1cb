// The bar at the foot of an order: one big next step, and what else may be done now.

import { beginWatching } from "../data/position.js";
import { work } from "../data/open.js";
import { app, say, update } from "../lib/state.js";
import { t } from "../lib/texts.js";
import { wordsOf } from "../lib/failures.js";
import { html, nothing } from "../lib/view.js";
import { when } from "../lib/words.js";
import { link } from "../lib/router.js";
import { arrived, finished, mustChoose, nextStep, underWay } from "../rules/progress.js";
import { cutWarnings } from "./cut.js";
import { icon } from "./icons.js";

// Record one fact without a form. A second press while the first is being kept does nothing.
export async function record(event, order, body) {
  if (app.ui.recording) return;
  app.ui.recording = true;
  update();
  try {
    beginWatching();
    await work.writer.write(event, order, body);
  } catch (error) {
    say(t("not_recorded", { reason: wordsOf(error) }), "danger");
  }
  app.ui.recording = false;
  update();
}

// Money may be offered at any door, whatever the order is; the district's policy says whether it is taken.
const mayPay = (order) =>
  Boolean(order.account) && app.model.settings.payment?.policy !== "forbidden" && !order.cancelled;

function mainButton(order) {
  const step = nextStep(order.progress);
  if (step.form)
    return html`<a class=${cutWarnings(order).length ? "button" : "button primary"} href=${link("order", order.number, step.form)}
      >${t("next.complete")} ${icon("forward")}</a
    >`;
  return html`<button class="primary" ?disabled=${app.ui.recording} @click=${() => record(step.event, order)}>
    ${t(`next.${step.event}`)}
  </button>`;
}

const payLink = (order) =>
  html`<a class="button" href=${link("order", order.number, "pay")}>${icon("cash")} ${t("order.pay")}</a>`;

const pauseButton = (order) =>
  html`<button ?disabled=${app.ui.recording} @click=${() => record("suspended", order)}>
    ${icon("pause")} ${t("order.pause")}
  </button>`;

export function actionBar(order, since) {
  if (mustChoose(order) || order.bucket === "gone" || finished(order.progress)) return nothing;
  if (order.bucket === "done") return nothing;
  const { progress } = order;
  return html`<div class="actions" role="group" aria-label=${t("order.next")}>
    ${since ? html`<span class="since">${icon("clock")} ${t("order.since", { when: when(since) })}</span>` : nothing}
    ${mayPay(order) && arrived(progress) ? payLink(order) : nothing}
    ${progress === "started" ? pauseButton(order) : nothing}
    ${underWay(progress) ? html`<a class=${cutWarnings(order).length ? "button primary" : "button"} href=${link("order", order.number, "unable")}>${t("order.unable")}</a>` : nothing}
    ${mainButton(order)}
  </div>`;
}
