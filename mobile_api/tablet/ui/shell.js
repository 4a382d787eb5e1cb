// The frame around every page: where you are, whether the server hears you, what waits to be sent.

import { app, update } from "../lib/state.js";
import { wordsOf } from "../lib/failures.js";
import { t } from "../lib/texts.js";
import { age, when } from "../lib/words.js";
import { html, nothing } from "../lib/view.js";
import { link } from "../lib/router.js";
import { unreadOf } from "../data/model.js";
import { lock } from "../data/open.js";
import { alertStrip } from "./alerts.js";
import { icon, mark } from "./icons.js";
import { scanOverlay } from "./scanning.js";
import { storageStrips } from "./storage.js";

const PAGES = [
  ["orders", "orders"],
  ["map", "map"],
  ["messages", "message"],
  ["outbox", "outbox"],
  ["receipts", "receipt"],
  ["tablet", "tablet"],
];

const UNDER = {
  order: "orders",
  complete: "orders",
  unable: "orders",
  pay: "orders",
  code: "orders",
  receipt: "receipts",
  join: "tablet",
  day: "orders",
  pickup: "orders",
};

const SYMBOL = { online: "online", syncing: "sync", offline: "offline", refused: "hazard" };

// What is being sent is said here and counted beside "Sent": a line of its own would push the page away under a finger.
function chip() {
  const { phase, lastSynced, error } = app.sync;
  const words = t(`connection.${phase}`);
  const count = app.waiting.size;
  const synced = lastSynced ? t("synced.at", { when: when(lastSynced) }) : t("synced.never");
  const sending = count && (phase === "online" || phase === "syncing") ? t("waiting.sending", { count }) : synced;
  const full = error ? `${words}. ${wordsOf(error)}` : `${words}, ${sending}`;
  return html`<a
    class="chip connection"
    data-phase=${phase}
    href=${link("tablet")}
    aria-label=${full}
    title=${full}
  >
    ${icon(SYMBOL[phase])}<span><b>${words}</b><small>${sending}</small></span><small class="brief-time">${lastSynced ? when(lastSynced) : ""}</small>
  </a>`;
}

function navigation() {
  const here = UNDER[app.route.name] ?? app.route.name;
  const waiting = app.waiting.size;
  const unread = unreadOf(app.model?.messages ?? []).length;
  return html`<nav class="pages" aria-label=${t("page.all")}>
    ${PAGES.map(
      ([name, symbol]) =>
        html`<a href=${link(name)} aria-current=${name === here ? "page" : "false"}>
          ${icon(symbol)}<span>${t(`page.${name}`)}</span>
          ${name === "messages" && unread ? html`<b class="badge" aria-label=${t("messages.unread", { count: unread })}>${unread}</b>` : nothing}
          ${name === "outbox" && waiting ? html`<b class="count" aria-label=${t("waiting.count", { count: waiting })}>${waiting}</b>` : nothing}
        </a>`,
    )}
  </nav>`;
}

function staleness() {
  const { phase, lastSynced } = app.sync;
  const waiting = app.waiting.size;
  if (phase === "online" || phase === "syncing") return nothing;
  const since = lastSynced
    ? t("offline.as_of", { when: when(lastSynced), age: age(lastSynced) })
    : t("offline.no_orders");
  const kept = waiting ? t("waiting.kept", { count: waiting }) : t("waiting.none");
  return html`<p class="strip" data-tone="warn" role="status">
    ${icon("offline")}<span><b>${t("offline.title")}</b> ${since} ${kept}</span>
  </p>`;
}

export const toast = () =>
  html`<div class="toasts" role="status" aria-live="polite">
    ${app.toast ? html`<p class="toast" data-tone=${app.toast.tone}>${app.toast.words}</p>` : nothing}
    ${
      app.newVersion
        ? html`<p class="toast">
            ${t("version.ready")}
            <button class="small" @click=${app.newVersion}>${t("version.restart")}</button>
            <button class="small plain" @click=${() => ((app.newVersion = null), update())}>${t("version.later")}</button>
          </p>`
        : nothing
    }
  </div>`;

export const shell = (content) => html`
  <a
    class="skip"
    href="#main"
    @click=${(event) => (event.preventDefault(), document.getElementById("main").focus())}
    >${t("skip")}</a
  >
  <header class="bar">
    <span class="brand"
      >${mark()}<span
        ><b>${app.model?.settings.district ?? "Curbstop"}</b
        ><small>${app.profile.technician.name}</small></span
      ></span
    >
    ${navigation()} ${chip()}
    <button class="icon-button" @click=${lock} aria-label=${t("lock.tablet")} title=${t("lock")}>
      ${icon("lock")}
    </button>
  </header>
  ${alertStrip()} ${storageStrips()} ${staleness()}
  <main id="main" tabindex="-1">${content}</main>
  ${toast()} ${scanOverlay()}
`;
