// What a technician must know about the place where everything is kept: that it is full, was emptied, or may be.

import { write } from "../lib/idb.js";
import { app, update } from "../lib/state.js";
import { t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { icon } from "./icons.js";

const strip = (title, advice, action = nothing) =>
  html`<p class="strip" data-tone="warn" role="status">
    ${icon("hazard")}<span><b>${title}</b> ${advice}</span> ${action}
  </p>`;

const understood = (act) =>
  html`<button
    class="small"
    @click=${() => {
      act();
      update();
    }}
  >
    ${t("storage.understood")}
  </button>`;

function acceptLoose() {
  app.storage.understood = true;
  write([["settings", "storage_understood", true]]).catch((error) => console.warn("not kept:", error));
}

// At a meter there is work to read, and nothing that could be done about the browser.
const AT_WORK = new Set(["order", "complete", "unable", "pay", "code", "map"]);

export function storageStrips() {
  const { full, persisted, again, understood: accepted } = app.storage;
  const lost = again?.photos ? t("storage.photos_lost", { count: again.photos }) : "";
  return html`${full ? strip(t("storage.full"), t("storage.full_advice")) : nothing}
  ${again?.entries ? strip(t("storage.again", { count: again.entries }), lost, understood(() => (app.storage.again = null))) : nothing}
  ${persisted || accepted || AT_WORK.has(app.route.name) ? nothing : strip(t("storage.not_kept"), t("storage.not_kept_advice"), understood(acceptLoose))}`;
}
