// The day's work in route order.

import { inRouteOrder, matches } from "../data/model.js";
import { app, update } from "../lib/state.js";
import { served, t } from "../lib/texts.js";
import { html, nothing, repeat } from "../lib/view.js";
import { clockTime, localDay, plainDay, when } from "../lib/words.js";
import { go, link } from "../lib/router.js";
import { sameSerial } from "../rules/reads.js";
import { scanned } from "../rules/scan.js";
import { dayBar } from "./day.js";
import { flagTags } from "./flags.js";
import { icon } from "./icons.js";
import { nextCard } from "./next.js";
import { scanButton } from "./scanning.js";

const FILTERS = ["todo", "done", "all"];

// Kept while pages change, so that the list is where it was left.
const chosen = { filter: "todo", typed: "" };

const shown = (order) =>
  (chosen.filter === "all" ||
    order.bucket === chosen.filter ||
    (chosen.filter === "done" && order.bucket === "gone")) &&
  matches(order, chosen.typed);

// When it must be done, in one short phrase.
export function windowOf({ appointment, due = {}, planned_start }) {
  if (appointment?.from) {
    const { from, until } = appointment;
    return t("window.appointment", { from: clockTime(from), until: clockTime(until) });
  }
  if (due?.until && localDay(due.until) === localDay(new Date())) 
    return t("window.by", { time: clockTime(due.until) });
  if (planned_start) return t("window.about", { time: clockTime(planned_start) });
  return due?.until ? t("window.due", { when: when(due.until) }) : "";
}

export function stateOf(order) {
  if (order.bucket === "gone" && order.progress !== "backed_out")
    return [t(order.cancelled ? "progress.cancelled" : "progress.recalled"), "cancelled"];
  if (order.cancelled) return [t("progress.cancelled"), "alert"];
  if (order.recalled && order.bucket !== "done") return [t("progress.recalled"), "alert"];
  if (order.bucket === "done" && order.progress === "new") return [t("progress.completed"), "completed"];
  return [t(`progress.${order.progress}`), order.progress];
}

function lid(order) {
  const finished = order.bucket === "done";
  return html`<span class="lid" data-service=${order.service_point?.service ?? "water"} data-done=${finished}>
    ${finished ? icon("check") : html`<b>${order.sequence ?? "–"}</b>`}
  </span>`;
}

function row(order) {
  const [words, tone] = stateOf(order);
  const current = app.route.params.number === order.number;
  return html`<li>
    <a
      class="stop"
      href=${link("order", order.number)}
      data-bucket=${order.bucket}
      aria-current=${current ? "true" : "false"}
    >
      ${lid(order)}
      <span class="what">
        <b class="address">${order.premise?.address ?? order.number}</b>
        <span class="type">${served(order.title)} <span class="quiet">${order.number}</span></span>
        <span class="tags">
          <span class="when">${windowOf(order)}</span>
          ${order.priority >= 80 ? html`<span class="tag" data-flag="urgent">${t("list.urgent")}</span>` : nothing}
          ${flagTags(order)}
        </span>
      </span>
      <span class="state" data-tone=${tone}
        >${words}${app.begun?.has(order.number) && order.bucket === "todo" ? html`<small>${t("list.begun")}</small>` : nothing}</span
      >
    </a>
  </li>`;
}

function byDay(orders) {
  const days = new Map();
  for (const order of inRouteOrder(orders)) {
    const day = order.route_day ?? "";
    if (!days.has(day)) days.set(day, []);
    days.get(day).push(order);
  }
  return [...days];
}

function heading(day) {
  if (!day) return t("list.no_day");
  return day === localDay(new Date()) ? t("time.today") : plainDay(day);
}

function empty(total) {
  if (!total && app.sync.phase === "syncing") return html`<p class="empty"><b>${t("list.fetching")}</b></p>`;
  if (!total && !app.sync.lastSynced)
    return html`<p class="empty"><b>${t("list.none_yet")}</b> ${t("list.none_yet_advice")}</p>`;
  if (chosen.typed)
    return html`<p class="empty">
      <b>${t("list.not_found", { typed: chosen.typed })}</b> ${t("list.not_found_advice")}
    </p>`;
  if (chosen.filter === "todo" && total)
    return html`<p class="empty"><b>${t("list.all_done")}</b> ${t("list.all_done_advice")}</p>`;
  return html`<p class="empty"><b>${t("list.none")}</b> ${t("list.none_advice")}</p>`;
}

const serials = () => [...app.model.orders.values()].map(({ meter }) => meter?.serial).filter(Boolean);

// The order of the scanned meter opens; what no order has is looked for in the list.
function find(serial) {
  const order = [...app.model.orders.values()].find(({ meter, bucket }) => bucket === "todo" && sameSerial(meter?.serial) === sameSerial(serial));
  if (order) return go("order", order.number);
  Object.assign(chosen, { filter: "all", typed: serial });
  update();
}

export function listPane() {
  const all = [...app.model.orders.values()];
  const orders = all.filter(shown);
  const count = (filter) =>
    all.filter(
      (order) =>
        filter === "all" || order.bucket === filter || (filter === "done" && order.bucket === "gone"),
    ).length;
  return html`<section class="pane list" aria-label=${t("page.orders")} data-page>
    <div class="tools">
      <div class="segments" role="group" aria-label=${t("list.show")}>
        ${FILTERS.map(
          (key) =>
            html`<button
              aria-pressed=${chosen.filter === key}
              @click=${() => ((chosen.filter = key), update())}
            >
              ${t(`filter.${key}`)} <small>${count(key)}</small>
            </button>`,
        )}
      </div>
      <label class="find"
        >${icon("search")}<input
          type="search"
          aria-label=${t("list.find")}
          placeholder=${t("list.find_by")}
          .value=${chosen.typed}
          @input=${(event) => ((chosen.typed = event.target.value), update())}
      /></label>
      ${scanButton(t("list.find"), (label) => scanned(label, serials()), find)}
    </div>
    ${dayBar()} ${nextCard()} ${orders.length ? nothing : empty(all.length)}
    ${byDay(orders).map(
      ([day, stops]) =>
        html`<h2 class="day">${heading(day)}</h2>
          <ol class="route">
            ${repeat(stops, (order) => order.number, row)}
          </ol>`,
    )}
  </section>`;
}
