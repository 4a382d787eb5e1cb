// Before work begins: enrol this tablet with a code, or say who you are and type your PIN.

import { app, update } from "../lib/state.js";
import { html, nothing } from "../lib/view.js";
import { go, link } from "../lib/router.js";
import { plural } from "../lib/words.js";
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
        ${icon("hazard")}<span><b>${error.message}</b> ${error.advice ?? ""}</span>
      </p>`
    : nothing;

// --- enrolment

function checked(form) {
  const { code, name, pin, again } = Object.fromEntries(new FormData(form));
  if (plainCode(code).length !== 8)
    throw new Error("A code has eight letters and digits, such as 7K3M-9QXT.");
  if (!/^\d{4,8}$/.test(pin)) throw new Error("A PIN has four to eight digits.");
  if (pin !== again) throw new Error("The two PINs differ.");
  return { code, pin, name: (name ?? "").trim() || "Tablet" };
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
    const known = error instanceof Refused || error.name === "Error" || error.name === "Unreachable";
    app.ui.error = known ? error : new Error(`Enrolment failed: ${error.message}`, { cause: error });
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
    joining ? "Enrol on this tablet" : "Set up this tablet",
    "Ask the dispatcher for an enrolment code. It works once, for half an hour, and needs a connection.",
    html`<form @submit=${submitEnrolment}>
      <label
        >Enrolment code
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
      ${joining ? nothing : html`<label>Name of this tablet <input name="name" maxlength="80" placeholder="Truck 12" autocomplete="off" /></label>`}
      <div class="pair">
        ${pinField("pin", "New PIN, 4 to 8 digits", "new-password")}
        ${pinField("again", "PIN again", "new-password")}
      </div>
      ${failure(app.ui.error)}
      <button class="primary wide" ?disabled=${app.ui.busy}>${app.ui.busy ? "Enrolling …" : "Enrol"}</button>
      ${joining ? html`<a class="button wide" href=${link("tablet")}>Back</a>` : nothing}
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
      ? new Error(`Wait ${wait} seconds, then try again.`)
      : new Error("That is not your PIN.");
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
    ${pinField("pin", `PIN of ${who?.technician.name}`, "current-password")} ${failure(app.ui.error)}
    <button class="primary wide" ?disabled=${app.ui.busy}>${app.ui.busy ? "Checking …" : "Open"}</button>
  </form>`;
  const sending = app.waiting.size
    ? html`<p class="help">
        ${plural(app.waiting.size, "entry", "entries")} waiting to send; that goes on while the tablet is
        locked.
      </p>`
    : nothing;
  const other = html`<a class="button plain-link" href=${link("join")}>Use an enrolment code</a>`;
  return door(
    "Who is working?",
    "Works without a connection.",
    html`${people} ${who ? form : nothing} ${sending} ${other}`,
  );
}

export const revokedPage = () =>
  door(
    "This tablet was revoked",
    "Its data has been removed. Bring it to the office.",
    html`<button class="wide" @click=${() => location.reload()}>Set up again</button>`,
  );

export const brokenPage = (error) =>
  door(
    "This browser cannot run the app",
    error.message,
    html`<button class="wide" @click=${() => location.reload()}>Try again</button>`,
  );
