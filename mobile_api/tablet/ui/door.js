// Before work begins: enrol this tablet with a code, or say who you are and type your PIN.

import { app, update } from "../lib/state.js";
import { t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { go, link } from "../lib/router.js";
import { Worded, wordsOf } from "../lib/failures.js";
import { Refused } from "../data/api.js";
import { openProfile } from "../data/open.js";
import { enrol, loadProfiles, plainCode, tryPin } from "../data/profiles.js";
import { icon, mark } from "./icons.js";
import { toast } from "./shell.js";

const door = (title, lead, content) =>
  html`<main class="door" id="main">
      <section class="card">
        <header>
          ${mark()}
          <h1>${title}</h1>
          <p>${lead}</p>
        </header>
        ${content}
      </section>
    </main>
    ${toast()}`;

const failure = (error) =>
  error
    ? html`<p class="problem" role="alert">
        ${icon("hazard")}<span><b>${wordsOf(error)}</b></span>
      </p>`
    : nothing;

// --- enrolment

function checked(form) {
  const { code, name, pin, again } = Object.fromEntries(new FormData(form));
  if (plainCode(code).length !== 8)
    throw new Worded("door.code_length");
  if (!/^\d{4,8}$/.test(pin)) throw new Worded("door.pin_digits");
  if (pin !== again) throw new Worded("door.pins_differ");
  return { code, pin, name: (name ?? "").trim() || t("door.unnamed") };
}

async function submitEnrolment(event) {
  event.preventDefault();
  if (app.ui.busy) return;
  Object.assign(app.ui, { busy: true, error: null });
  update();
  try {
    const typed = checked(event.target);
    const { profile, session } = await enrol({ ...typed, others: app.profiles });
    app.profiles = await loadProfiles();
    go("orders");
    await openProfile(profile, session);
  } catch (error) {
    const understood = error instanceof Refused || error instanceof Worded;
    app.ui.error = understood ? error : new Worded("door.failed", { reason: wordsOf(error) });
  }
  app.ui.busy = false;
  update();
}

function formatCode(event) {
  const plain = event.target.value
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, "")
    .slice(0, 8);
  if (event.inputType !== "deleteContentBackward")
    event.target.value = plain.length > 4 ? `${plain.slice(0, 4)}-${plain.slice(4)}` : plain;
}

const pinField = (name, title, complete) =>
  html`<label
    >${title}
    <input
      name=${name}
      type="password"
      inputmode="numeric"
      pattern="[0-9]{4,8}"
      minlength="4"
      maxlength="8"
      required
      autocomplete=${complete}
    />
  </label>`;

export const enrolPage = (joining = false) =>
  door(
    joining ? t("door.enrol_here") : t("door.set_up"),
    t("door.ask_code"),
    html`<form @submit=${submitEnrolment}>
      <label
        >${t("door.code")}
        <input
          class="code"
          name="code"
          required
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          placeholder="XXXX-XXXX"
          maxlength="11"
          @input=${formatCode}
        />
      </label>
      ${joining ? nothing : html`<label>${t("door.tablet_name")} <input name="name" maxlength="80" placeholder=${t("door.name_example")} autocomplete="off" /></label>`}
      <div class="pair">
        ${pinField("pin", t("door.new_pin"), "new-password")}
        ${pinField("again", t("door.pin_again"), "new-password")}
      </div>
      ${failure(app.ui.error)}
      <button class="primary wide" ?disabled=${app.ui.busy}>${app.ui.busy ? t("door.enrolling") : t("door.enrol")}</button>
      ${joining ? html`<a class="button wide" href=${link("tablet")}>${t("page.tablet")}</a>` : nothing}
    </form>`,
  );

// --- who are you

async function submitPin(event) {
  event.preventDefault();
  if (app.ui.busy) return;
  const profile = chosen();
  const pin = new FormData(event.target).get("pin");
  app.ui.busy = true;
  update();
  const { ok, wait } = await tryPin(profile, pin);
  app.ui.busy = false;
  event.target.reset();
  if (ok) {
    app.ui = {};
    await openProfile(profile);
  } else {
    app.ui.error = wait
      ? new Worded("door.wait", { seconds: wait })
      : new Worded("door.wrong_pin");
  }
  update();
}

const chosen = () =>
  app.profiles.find((profile) => profile.technician.id === app.ui.who) ??
  (app.profiles.length === 1 ? app.profiles[0] : null);

function choose(id) {
  Object.assign(app.ui, { who: id, error: null });
  update();
}

const initials = (name) =>
  name
    .split(/\s+/)
    .map((part) => part[0])
    .slice(0, 2)
    .join("");

export function lockPage() {
  const who = chosen();
  const people = html`<ul class="people">
    ${app.profiles.map(
      ({ technician: { id, name } }) =>
        html`<li>
          <button @click=${() => choose(id)} aria-pressed=${who?.technician.id === id}>
            <span class="initials" aria-hidden="true">${initials(name)}</span>${name}
          </button>
        </li>`,
    )}
  </ul>`;
  const form = html`<form @submit=${submitPin}>
    ${pinField("pin", t("door.pin_of", { name: who?.technician.name }), "current-password")} ${failure(app.ui.error)}
    <button class="primary wide" ?disabled=${app.ui.busy}>${app.ui.busy ? t("door.checking") : t("door.open")}</button>
  </form>`;
  const sending = app.waiting.size
    ? html`<p class="help">
        ${t("waiting.locked", { count: app.waiting.size })}
      </p>`
    : nothing;
  const other = html`<a class="button plain-link" href=${link("join")}>${t("door.use_code")}</a>`;
  return door(
    t("door.who"),
    t("door.works_offline"),
    html`${people} ${who ? form : nothing} ${sending} ${other}`,
  );
}

export const revokedPage = () =>
  door(
    t("door.revoked"),
    t("door.revoked_lead"),
    html`<button class="wide" @click=${() => location.reload()}>${t("door.set_up_again")}</button>`,
  );

export const brokenPage = (error) =>
  door(
    t("door.broken"),
    wordsOf(error),
    html`<button class="wide" @click=${() => location.reload()}>${t("door.try_again")}</button>`,
  );
