// A pickup: something found in the field, or asked for there, that may become an order. Kept like any fact without
// signal; the office decides, or the rules let it come back as an order at once.

import { work } from "../data/open.js";
import { app, say, update } from "../lib/state.js";
import { said, served, t } from "../lib/texts.js";
import { html, live, nothing } from "../lib/view.js";
import { when } from "../lib/words.js";
import { link } from "../lib/router.js";
import { missing, pickupBody, requests } from "../rules/pickup.js";
import { scanned } from "../rules/scan.js";
import { discard, openDraft, setValue, used } from "./draft.js";
import { icon } from "./icons.js";
import { morePhotos } from "./morephotos.js";
import { scanButton } from "./scanning.js";
import { keep } from "./steps.js";

const KINDS = ["tampering", "leak", "wrong_meter", "request"];
// Where a pickup's draft is kept that belongs to no order.
const NOWHERE = { number: "-", epoch: 0 };
// Only what names the order goes along: a pickup is no work on it.
const named = (order) => order && (({ number, epoch, server_seq, rule_set }) => ({ number, epoch, server_seq, rule_set }))(order);

function choices(draft, name, label, options) {
  return html`<div class="field" data-field=${name}>
    <span class="label" id=${`l-${name}`}>${label}</span>
    <div class="choices" role="radiogroup" aria-labelledby=${`l-${name}`}>
      ${options.map(
        ([key, words]) =>
          html`<label class="choice"
            ><input type="radio" name=${name} .checked=${live(draft.values[name] === key)} @change=${() => setValue(draft, name, key)} /><span>${words}</span></label
          >`,
      )}
    </div>
    ${problem(draft, name)}
  </div>`;
}

const problem = (draft, name) =>
  draft.tried && missing(draft.values).includes(name) ? html`<p class="problem" id=${`p-${name}`} role="alert">${t(`pickup.needs.${name}`)}</p>` : nothing;

function line(draft, name, label, more = nothing, capital = "sentences") {
  return html`<div class="field" data-field=${name}>
    <label class="label" for=${`f-${name}`}>${label}</label>
    <input
      id=${`f-${name}`}
      maxlength=${name === "serial" ? 40 : 200}
      autocomplete="off"
      autocapitalize=${capital}
      .value=${live(draft.values[name] ?? "")}
      @input=${(event) => setValue(draft, name, event.target.value)}
    />
    ${more}
  </div>`;
}

function words(draft) {
  return html`<div class="field" data-field="words">
    <label class="label" for="f-words">${t("pickup.words")}</label>
    <textarea id="f-words" rows="3" maxlength="2000" .value=${live(draft.values.words ?? "")} @input=${(event) => setValue(draft, "words", event.target.value)}></textarea>
    ${problem(draft, "words")}
  </div>`;
}

const typeTitle = (code) => served(app.model.catalogue[code]?.title ?? code);

function fields(order, draft) {
  const { values } = draft;
  return html`<section class="card">
    ${choices(draft, "kind", t("pickup.kind"), KINDS.map((kind) => [kind, t(`pickup.kind.${kind}`)]))}
    ${values.kind === "request" ? choices(draft, "type", t("pickup.type"), requests(app.model.catalogue).map((code) => [code, typeTitle(code)])) : nothing}
    ${order ? nothing : line(draft, "address", t("pickup.address"))}
    ${line(draft, "serial", t("pickup.serial"), scanButton(t("pickup.serial"), (label) => scanned(label, []), (serial) => setValue(draft, "serial", serial)), "characters")}
    ${words(draft)}
    <label class="choice"
      ><input type="checkbox" .checked=${live(Boolean(values.urgent))} @change=${(event) => setValue(draft, "urgent", event.target.checked)} /><span>${t("pickup.urgent")}</span></label
    >
  </section>`;
}

async function submit(event, order, draft) {
  event.preventDefault();
  draft.tried = true;
  const [first] = missing(draft.values);
  update();
  if (first) {
    await Promise.resolve();
    document.querySelector(`[data-field="${first}"] input, [data-field="${first}"] textarea`)?.focus();
    return;
  }
  const kept = await keep(
    () => work.writer.write("pickup", named(order), pickupBody(draft), { photos: draft.photos, drop: draft }),
    (reason) => t("not_recorded_kept", { reason }),
  );
  if (!kept) return;
  used(draft);
  say(navigator.onLine ? t("form.recorded_sending") : t("form.recorded_kept"), "ok");
}

// What became of it: the office's answer, which changes when it decides.
function fate(event) {
  const ack = app.model.acks.get(event._id);
  if (ack) return said(ack.words, ack.said);
  return app.waiting.has(event._id) ? t("fate.waiting") : t("fate.sent");
}

function raised(events) {
  if (!events.length) return nothing;
  return html`<section class="card wide">
    <h2>${t("pickup.raised")}</h2>
    <ol class="log">
      ${events.map((event) => html`<li><time>${when(event.at)}</time><b>${t(`pickup.kind.${event.body.kind}`)}</b> <span>${event.body.words}</span> <span class="quiet" data-fate>${fate(event)}</span></li>`)}
    </ol>
  </section>`;
}

const all = () => app.model.history.filter(({ event }) => event === "pickup").reverse();

export function pickupPane(number) {
  const order = number ? (app.model.orders.get(number) ?? null) : null;
  const draft = openDraft(order ?? NOWHERE, "pickup");
  const own = all().filter((event) => !order || event.order === order.number);
  if (!draft) return html`<section class="pane single" data-page aria-busy="true"></section>`;
  return html`<section class="pane single" data-page>
    <header class="page-head"><h1>${t("pickup.new")}</h1></header>
    ${order ? html`<p><a href=${link("order", order.number)}>${order.premise?.address ?? order.number}</a> <span class="quiet">${order.number}</span></p>` : nothing}
    <form novalidate @submit=${(event) => submit(event, order, draft)}>
      ${fields(order, draft)} ${morePhotos(draft)}
      <div class="actions plain-bar">
        <button type="button" class="plain" @click=${() => discard(draft)}>${t("form.clear")}</button>
        <button class="primary" ?disabled=${app.recording}>${app.recording ? t("form.recording") : t("pickup.send")}</button>
      </div>
    </form>
    ${raised(own)}
  </section>`;
}

// On an order: the way to raise what was found there.
export const pickupCard = (order) =>
  html`<section class="card">
    <h2>${t("pickup.found")}</h2>
    <p class="quiet">${t("pickup.about")}</p>
    <a class="button" href=${link("pickup", order.number)}>${icon("note")} ${t("pickup.here")}</a>
  </section>`;
