// The bar at the foot of an order: one big next step, and what else may be done now.

import { hereSince } from "../data/arrivals.js";
import { app } from "../lib/state.js";
import { t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { when } from "../lib/words.js";
import { link, wayOn } from "../lib/router.js";
import { arrived, finished, mustChoose, nextStep, underWay } from "../rules/progress.js";
import { cutWarnings } from "./cut.js";
import { pauseButton, pauseReasons } from "./day.js";
import { icon } from "./icons.js";
import { goLink, nextStop } from "./next.js";
import { record, recordImplied } from "./steps.js";

// Money may be offered at any door, whatever the order is; the district's policy says whether it is taken.
const mayPay = (order) =>
  Boolean(order.account) && app.model.settings.payment?.policy !== "forbidden" && !order.cancelled;

async function openForm(event, { number }) {
  event.preventDefault();
  const on = wayOn();
  if (await recordImplied("complete", number)) on("order", number, "complete");
}

const completeLink = (order) =>
  html`<a
    class=${cutWarnings(order).length ? "button" : "button primary"}
    href=${link("order", order.number, "complete")}
    @click=${(event) => openForm(event, order)}
    >${t("next.complete")} ${icon("forward")}</a
  >`;

const stepButton = (event, order, style = "") =>
  html`<button class=${style} ?disabled=${app.recording} @click=${() => record(event, order)}>
    ${t(`next.${event}`)}
  </button>`;

function mainButton(order, { main }) {
  if (main === "go") return goLink(order);
  return main === "complete" ? completeLink(order) : stepButton(main, order, "primary");
}

const payLink = (order) =>
  html`<a class="button" href=${link("order", order.number, "pay")}>${icon("cash")} ${t("order.pay")}</a>`;

function since(order, arrivedAt) {
  const seen = hereSince(order);
  if (!arrivedAt && !seen) return nothing;
  const words = arrivedAt ? t("order.since", { when: when(arrivedAt) }) : t("order.here_since", { when: when(seen) });
  return html`<span class="since">${icon(arrivedAt ? "clock" : "pin")} ${words}</span>`;
}

export function actionBar(order, arrivedAt) {
  if (mustChoose(order)) return nothing;
  if (finished(order.progress) || order.bucket !== "todo") return nextStop(order);
  const { progress } = order;
  const step = nextStep(progress);
  return html`<div class="actions" role="group" aria-label=${t("order.next")}>
    ${pauseReasons(order)}
    ${since(order, arrivedAt)}
    ${mayPay(order) && arrived(progress) ? payLink(order) : nothing}
    ${["on_site", "started"].includes(progress) ? pauseButton() : nothing}
    ${underWay(progress) ? html`<a class=${cutWarnings(order).length ? "button primary" : "button"} href=${link("order", order.number, "unable")}>${t("order.unable")}</a>` : nothing}
    ${step.beside ? stepButton(step.beside, order) : nothing} ${mainButton(order, step)}
  </div>`;
}
