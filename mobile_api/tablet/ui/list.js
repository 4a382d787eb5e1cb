// The day's work in route order.

import { inRouteOrder, matches } from "../data/model.js";
import { app, update } from "../lib/state.js";
import { html, nothing, repeat } from "../lib/view.js";
import { clockTime, localDay, plainDay, when } from "../lib/words.js";
import { link } from "../lib/router.js";
import { TITLES } from "../rules/progress.js";
import { flagTags } from "./flags.js";
import { icon } from "./icons.js";

const FILTERS = [
  ["todo", "To do"],
  ["done", "Done"],
  ["all", "All"],
];

// Kept while pages change, so that the list is where it was left.
const chosen = { filter: "todo", typed: "" };

const shown = (order) =>
  (chosen.filter === "all" ||
    order.bucket === chosen.filter ||
    (chosen.filter === "done" && order.bucket === "gone")) &&
  matches(order, chosen.typed);

// When it must be done, in one short phrase.
export function windowOf({ appointment, due = {}, planned_start }) {
  if (appointment?.from) return `Appointment ${clockTime(appointment.from)}–${clockTime(appointment.until)}`;
  if (due?.until && localDay(due.until) === localDay(new Date())) return `By ${clockTime(due.until)}`;
  if (planned_start) return `About ${clockTime(planned_start)}`;
  return due?.until ? `Due ${when(due.until)}` : "";
}

export function stateOf(order) {
  if (order.bucket === "gone" && order.progress !== "backed_out")
    return order.cancelled ? ["Cancelled", "cancelled"] : ["Taken back", "cancelled"];
  if (order.cancelled) return ["Cancelled", "alert"];
  if (order.recalled && order.bucket !== "done") return ["Taken back", "alert"];
  if (order.bucket === "done" && order.progress === "new") return ["Done", "completed"];
  return [TITLES[order.progress], order.progress];
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
        <span class="type">${order.title} <span class="quiet">${order.number}</span></span>
        <span class="tags">
          <span class="when">${windowOf(order)}</span>
          ${order.priority >= 80 ? html`<span class="tag" data-flag="urgent">Urgent</span>` : nothing}
          ${flagTags(order)}
        </span>
      </span>
      <span class="state" data-tone=${tone}
        >${words}${app.begun?.has(order.number) && order.bucket === "todo" ? html`<small>form begun</small>` : nothing}</span
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
  if (!day) return "Without a day";
  return day === localDay(new Date()) ? "Today" : plainDay(day);
}

function empty(total) {
  if (!total && app.sync.phase === "syncing") return html`<p class="empty"><b>Fetching your orders …</b></p>`;
  if (!total && !app.sync.lastSynced)
    return html`<p class="empty"><b>No orders on this tablet yet.</b> They come when it is online.</p>`;
  if (chosen.typed)
    return html`<p class="empty">
      <b>Nothing found for “${chosen.typed}”.</b> Try the address, order, meter or account.
    </p>`;
  if (chosen.filter === "todo" && total)
    return html`<p class="empty"><b>Everything is done.</b> New orders appear here by themselves.</p>`;
  return html`<p class="empty"><b>No orders here.</b> New ones appear by themselves.</p>`;
}

export function listPane() {
  const all = [...app.model.orders.values()];
  const orders = all.filter(shown);
  const count = (filter) =>
    all.filter(
      (order) =>
        filter === "all" || order.bucket === filter || (filter === "done" && order.bucket === "gone"),
    ).length;
  return html`<section class="pane list" aria-label="Orders" data-page>
    <div class="tools">
      <div class="segments" role="group" aria-label="Show">
        ${FILTERS.map(
          ([key, words]) =>
            html`<button
              aria-pressed=${chosen.filter === key}
              @click=${() => ((chosen.filter = key), update())}
            >
              ${words} <small>${count(key)}</small>
            </button>`,
        )}
      </div>
      <label class="find"
        >${icon("search")}<input
          type="search"
          aria-label="Find an order"
          placeholder="Address, order, meter"
          .value=${chosen.typed}
          @input=${(event) => ((chosen.typed = event.target.value), update())}
      /></label>
    </div>
    ${orders.length ? nothing : empty(all.length)}
    ${byDay(orders).map(
      ([day, stops]) =>
        html`<h2 class="day">${heading(day)}</h2>
          <ol class="route">
            ${repeat(stops, (order) => order.number, row)}
          </ol>`,
    )}
  </section>`;
}
