// The frame around every page: where you are, whether the server hears you, what waits to be sent.

import { app, update } from "../lib/state.js";
import { age, plural, when } from "../lib/words.js";
import { html, nothing } from "../lib/view.js";
import { link } from "../lib/router.js";
import { lock } from "../data/open.js";
import { icon, mark } from "./icons.js";

const PAGES = [
  ["orders", "Orders", "orders"],
  ["map", "Map", "map"],
  ["outbox", "Sent", "outbox"],
  ["receipts", "Receipts", "receipt"],
  ["tablet", "Tablet", "tablet"],
];

const UNDER = {
  order: "orders",
  complete: "orders",
  unable: "orders",
  pay: "orders",
  receipt: "receipts",
  join: "tablet",
};

const CONNECTION = {
  online: ["online", "Online"],
  syncing: ["sync", "Connecting"],
  offline: ["offline", "Offline"],
  refused: ["hazard", "Not signed in"],
};

function chip() {
  const { phase, lastSynced, error } = app.sync;
  const [symbol, words] = CONNECTION[phase] ?? CONNECTION.offline;
  const synced = lastSynced ? `last synced ${when(lastSynced)}` : "not synced yet";
  const full = error ? `${words}. ${error.words} ${error.advice}` : `${words}, ${synced}`;
  return html`<a
    class="chip connection"
    data-phase=${phase}
    href=${link("tablet")}
    aria-label=${full}
    title=${full}
  >
    ${icon(symbol)}<span><b>${words}</b><small>${synced}</small></span>
  </a>`;
}

function navigation() {
  const here = UNDER[app.route.name] ?? app.route.name;
  const waiting = app.waiting.size;
  return html`<nav class="pages" aria-label="Pages">
    ${PAGES.map(
      ([name, words, symbol]) =>
        html`<a href=${link(name)} aria-current=${name === here ? "page" : "false"}>
          ${icon(symbol)}<span>${words}</span>
          ${name === "outbox" && waiting ? html`<b class="count" aria-label=${`${waiting} waiting to send`}>${waiting}</b>` : nothing}
        </a>`,
    )}
  </nav>`;
}

function staleness() {
  const { phase, lastSynced } = app.sync;
  const waiting = app.waiting.size;
  if (phase === "online" && !waiting) return nothing;
  if (phase === "online" || phase === "syncing")
    return waiting
      ? html`<p class="strip" role="status">Sending ${plural(waiting, "entry", "entries")} …</p>`
      : nothing;
  const since = lastSynced
    ? `Orders are as of ${when(lastSynced)} (${age(lastSynced)}).`
    : "No orders have arrived yet.";
  const kept = waiting
    ? `${plural(waiting, "entry", "entries")} waiting to send; kept on this tablet until then.`
    : "Nothing is waiting to send.";
  return html`<p class="strip" data-tone="warn" role="status">
    ${icon("offline")}<span><b>Working offline.</b> ${since} ${kept}</span>
  </p>`;
}

export const toast = () =>
  html`<div class="toasts" role="status" aria-live="polite">
    ${app.toast ? html`<p class="toast" data-tone=${app.toast.tone}>${app.toast.words}</p>` : nothing}
    ${
      app.newVersion
        ? html`<p class="toast">
            A new version is ready. What you have typed is kept.
            <button class="small" @click=${app.newVersion}>Restart</button>
            <button class="small plain" @click=${() => ((app.newVersion = null), update())}>Later</button>
          </p>`
        : nothing
    }
  </div>`;

export const shell = (content) => html`
  <a
    class="skip"
    href="#main"
    @click=${(event) => (event.preventDefault(), document.getElementById("main").focus())}
    >Skip to content</a
  >
  <header class="bar">
    <span class="brand"
      >${mark()}<span
        ><b>${app.model?.settings.district ?? "Curbstop"}</b
        ><small>${app.profile.technician.name}</small></span
      ></span
    >
    ${navigation()} ${chip()}
    <button class="icon-button" @click=${lock} aria-label="Lock this tablet" title="Lock">
      ${icon("lock")}
    </button>
  </header>
  ${staleness()}
  <main id="main" tabindex="-1">${content}</main>
  ${toast()}
`;
