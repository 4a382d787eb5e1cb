// This tablet: its connection, who may use it, how it looks.

import { work } from "../data/open.js";
import { write } from "../lib/idb.js";
import { app, update, VERSION } from "../lib/state.js";
import { html, nothing } from "../lib/view.js";
import { dayTime, plural } from "../lib/words.js";
import { link } from "../lib/router.js";
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
    <dl class="facts">
      <div><dt>Last synced</dt><dd>${lastSynced ? dayTime(lastSynced) : "never"}</dd></div>
      <div><dt>Waiting to send</dt><dd>${app.waiting.size ? plural(app.waiting.size, "entry", "entries") : "nothing"}</dd></div>
    </dl>
    ${error ? html`<p class="problem" role="alert">${icon("hazard")}<span><b>${error.words}</b> ${error.advice}</span></p>` : nothing}
    <button @click=${() => work.sync.restart()}>${icon("sync")} Sync now</button>
  </section>`;
}

export function tabletPane() {
  const { profile } = app;
  return html`<section class="pane single" data-page>
    <header class="page-head"><h1>This tablet</h1></header>
    <div class="cards">
      ${connection()}
      <section class="card">
        <h2>Appearance</h2>
        <div class="segments" role="group" aria-label="Appearance">
          ${Object.entries(THEMES).map(([key, words]) => html`<button aria-pressed=${app.theme === key} @click=${() => chooseTheme(key)}>${words}</button>`)}
        </div>
      </section>
      <section class="card">
        <h2>Technicians here</h2>
        <ul class="plain-list">${app.profiles.map((item) => html`<li>${item.technician.name}${item.technician.id === profile.technician.id ? html` <small>signed in</small>` : nothing}</li>`)}</ul>
        <a class="button" href=${link("join")}>${icon("plus")} Add a technician</a>
      </section>
      <section class="card">
        <h2>About</h2>
        <dl class="facts">
          <div><dt>Name</dt><dd>${profile.tablet_name}</dd></div>
          <div><dt>Tablet id</dt><dd>${profile.device}</dd></div>
          <div><dt>Receipts</dt><dd>block ${profile.receipts.prefix}</dd></div>
          <div><dt>Version</dt><dd>${VERSION}</dd></div>
        </dl>
      </section>
    </div>
  </section>`;
}
