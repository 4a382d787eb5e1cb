// This tablet: its connection, who may use it, how it looks.

import { work } from "../data/open.js";
import { write } from "../lib/idb.js";
import { app, update, VERSION } from "../lib/state.js";
import { html, nothing } from "../lib/view.js";
import { dayTime, plural } from "../lib/words.js";
import { link } from "../lib/router.js";
import { fact, facts } from "./facts.js";
import { icon } from "./icons.js";

const THEMES = { auto: "As the system", light: "Light", dark: "Dark" };

export function applyTheme() {
  document.documentElement.dataset.theme = app.theme;
}

async function chooseTheme(theme) {
  app.theme = theme;
  applyTheme();
  update();
  await write([["settings", "theme", theme]]);
}

const PHASES = { online: "Online", syncing: "Connecting …", offline: "Offline", refused: "Not signed in" };

function connection() {
  const { phase, lastSynced, error } = app.sync;
  return html`<section class="card">
    <h2>Connection</h2>
    <p class="name">${PHASES[phase]}</p>
    ${facts(
      fact("Last synced", lastSynced ? dayTime(lastSynced) : "never"),
      fact("Waiting to send", app.waiting.size ? plural(app.waiting.size, "entry", "entries") : "nothing"),
    )}
    ${
      error
        ? html`<p class="problem" role="alert">
            ${icon("hazard")}<span><b>${error.words}</b> ${error.advice}</span>
          </p>`
        : nothing
    }
    <button @click=${() => work.sync.restart()}>${icon("sync")} Sync now</button>
  </section>`;
}

const themeButton = ([key, words]) =>
  html`<button aria-pressed=${app.theme === key} @click=${() => chooseTheme(key)}>${words}</button>`;

const person = (name, here) => html`<li>${name} ${here ? html`<small>signed in</small>` : nothing}</li>`;

export function tabletPane() {
  const { profile } = app;
  return html`<section class="pane single" data-page>
    <header class="page-head"><h1>This tablet</h1></header>
    <div class="cards">
      ${connection()}
      <section class="card">
        <h2>Appearance</h2>
        <div class="segments" role="group" aria-label="Appearance">
          ${Object.entries(THEMES).map(themeButton)}
        </div>
      </section>
      <section class="card">
        <h2>Technicians here</h2>
        <ul class="plain-list">
          ${app.profiles.map(({ technician: { id, name } }) => person(name, id === profile.technician.id))}
        </ul>
        <a class="button" href=${link("join")}>${icon("plus")} Add a technician</a>
      </section>
      <section class="card">
        <h2>About</h2>
        ${facts(
          fact("Name", profile.tablet_name),
          fact("Tablet id", profile.device),
          fact("Receipts", `block ${profile.receipts.prefix}`),
          fact("Version", VERSION),
        )}
      </section>
    </div>
  </section>`;
}
