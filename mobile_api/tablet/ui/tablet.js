// This tablet: its connection, who may use it, how it looks.

import { work } from "../data/open.js";
import { write } from "../lib/idb.js";
import { app, update, VERSION } from "../lib/state.js";
import { wordsOf } from "../lib/failures.js";
import { chooseLanguage } from "../lib/language.js";
import { currentLanguage, LANGUAGES, t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { dayTime } from "../lib/words.js";
import { link } from "../lib/router.js";
import { NAVIGATORS } from "../rules/navigation.js";
import { fact, facts } from "./facts.js";
import { icon } from "./icons.js";

const THEMES = ["auto", "light", "dark"];

export function applyTheme() {
  document.documentElement.dataset.theme = app.theme;
}

async function chooseTheme(theme) {
  app.theme = theme;
  applyTheme();
  update();
  await write([["settings", "theme", theme]]);
}

async function chooseNavigator(name) {
  app.navigator = name;
  update();
  await write([["settings", "navigator", name]]);
}

function connection() {
  const { phase, lastSynced, error } = app.sync;
  return html`<section class="card">
    <h2>${t("tablet.connection")}</h2>
    <p class="name">${t(`connection.${phase}`)}</p>
    ${facts(
      fact(t("tablet.last_synced"), lastSynced ? dayTime(lastSynced) : t("tablet.never")),
      fact(
        t("tablet.waiting"),
        app.waiting.size ? t("tablet.waiting_count", { count: app.waiting.size }) : t("tablet.nothing"),
      ),
    )}
    ${
      error
        ? html`<p class="problem" role="alert">
            ${icon("hazard")}<span><b>${wordsOf(error)}</b></span>
          </p>`
        : nothing
    }
    <button @click=${() => work.sync.restart()}>${icon("sync")} ${t("tablet.sync")}</button>
  </section>`;
}

const themeButton = (key) =>
  html`<button aria-pressed=${app.theme === key} @click=${() => chooseTheme(key)}>${t(`theme.${key}`)}</button>`;

const navigatorButton = (key) =>
  html`<button aria-pressed=${app.navigator === key} @click=${() => chooseNavigator(key)}>${t(`navigator.${key}`)}</button>`;

const languageButton = ([key, { words }]) =>
  html`<button lang=${key} aria-pressed=${currentLanguage() === key} @click=${() => chooseLanguage(key, app.profile.technician.id)}>
    ${words["language.name"]}
  </button>`;

const person = (name, here) => html`<li>${name} ${here ? html`<small>${t("tablet.signed_in")}</small>` : nothing}</li>`;

export function tabletPane() {
  const { profile } = app;
  return html`<section class="pane single" data-page>
    <header class="page-head"><h1>${t("tablet")}</h1></header>
    <div class="cards">
      ${connection()}
      <section class="card">
        <h2>${t("tablet.appearance")}</h2>
        <div class="segments" role="group" aria-label=${t("tablet.appearance")}>
          ${THEMES.map(themeButton)}
        </div>
      </section>
      <section class="card">
        <h2>${t("tablet.language")}</h2>
        <div class="segments" role="group" aria-label=${t("tablet.language")}>
          ${Object.entries(LANGUAGES).map(languageButton)}
        </div>
      </section>
      <section class="card">
        <h2>${t("tablet.navigator")}</h2>
        <div class="segments wraps" role="group" aria-label=${t("tablet.navigator")}>
          ${NAVIGATORS.map(navigatorButton)}
        </div>
        <p class="quiet">${t("tablet.navigator_help")}</p>
      </section>
      <section class="card">
        <h2>${t("tablet.technicians")}</h2>
        <ul class="plain-list">
          ${app.profiles.map(({ technician: { id, name } }) => person(name, id === profile.technician.id))}
        </ul>
        <a class="button" href=${link("join")}>${icon("plus")} ${t("tablet.add")}</a>
      </section>
      <section class="card">
        <h2>${t("tablet.about")}</h2>
        ${facts(
          fact(t("tablet.name"), profile.tablet_name),
          fact(t("tablet.id"), profile.device),
          fact(t("receipts"), t("tablet.block", { prefix: profile.receipts.prefix })),
          fact(t("tablet.storage"), t(app.storage.persisted ? "tablet.storage_kept" : "tablet.storage_loose")),
          fact(t("tablet.version"), VERSION),
        )}
      </section>
    </div>
  </section>`;
}
