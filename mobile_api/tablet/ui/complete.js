// Completing an order, and reporting that it could not be done: both are forms whose facts are kept as typed.

import { work } from "../data/open.js";
import { iso } from "../lib/clock.js";
import { app, say, update } from "../lib/state.js";
import { served, t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { spelled } from "../lib/words.js";
import { link, wayOn } from "../lib/router.js";
import { answersOf, asked, extrasOf, problems, sections } from "../rules/form.js";
import { registersOf, withRegisters } from "../rules/reads.js";
import { arrivedAt, timeOf } from "../rules/progress.js";
import { discard, openDraft, used } from "./draft.js";
import { fieldView } from "./fields.js";
import { flagBanner } from "./flags.js";
import { icon } from "./icons.js";
import { changeBanner } from "./cancel.js";
import { keep } from "./steps.js";
import { morePhotos } from "./morephotos.js";
import { confirmationFields, cutBanner, cutReport, proposedReason, quietCodeLink } from "./cut.js";

const remarksField = () => ({
  name: "remarks",
  title: t("form.remarks"),
  type: "text",
  section: t("form.remarks"),
});

function completionFields(type, order, values) {
  const own = type.fields.some((field) => field.name === "remarks") ? [] : [remarksField()];
  const outcome = {
    name: "outcome",
    title: t("form.outcome"),
    type: "choice",
    required: true,
    section: t("form.outcome_section"),
    choices: type.outcomes,
  };
  const ending = type.outcomes.length > 1 ? [outcome] : [];
  const all = [...type.fields, ...own, ...ending, ...confirmationFields(order, type, values)];
  return withRegisters(all, order, values, app.model.technician.van);
}

function unableFields(type) {
  const { settings } = app.model;
  const words = new Map((settings.unable_reasons ?? []).map(({ code, title }) => [code, title]));
  const reasons = type.unable_reasons.map((value) => ({ value, title: served(words.get(value) ?? spelled(value)) }));
  return [
    {
      name: "reason",
      title: t("form.why_not"),
      type: "choice",
      required: true,
      section: t("form.reason_section"),
      choices: reasons,
    },
    {
      name: "serial_seen",
      title: t("form.serial_seen"),
      type: "serial",
      means: "serial_seen",
      section: t("form.seen_section"),
    },
    ...(type.wants_read
      ? [
          {
            name: "read",
            title: t("form.read_seen"),
            type: "read",
            means: "read",
            section: t("form.seen_section"),
          },
        ]
      : []),
    { name: "photo", title: t("form.photo"), type: "photo", section: t("form.seen_section") },
    remarksField(),
  ];
}

const knownSerials = (order) =>
  [order.meter?.serial, ...(app.model.technician.van ?? []).map((meter) => meter.serial)].filter(Boolean);

function extras(draft) {
  const photos = extrasOf(draft);
  return photos.length ? { photos } : {};
}

function completedBody(order, type, draft, fields) {
  const plain = fields.filter((field) => !field.register);
  const { answers, common } = answersOf(plain, draft, knownSerials(order));
  const registers = registersOf(asked(fields, draft.values), draft.values);
  const { outcome = type.outcomes[0]?.value ?? "completed", cut_anyway, cut_reason, ...rest } = answers;
  const remarks = rest.remarks ?? null;
  if (!type.fields.some((field) => field.name === "remarks")) delete rest.remarks;
  const times = {
    arrived_at: arrivedAt(order.events),
    started_at: timeOf(order.events, "started"),
    finished_at: iso(),
  };
  const cut = cutReport(order, type, draft.values);
  return { outcome, ...times, ...common, remarks, answers: rest, ...registers, ...extras(draft), ...(cut && { cut }) };
}

function unableBody(order, draft, fields) {
  const { answers, common } = answersOf(fields, draft, knownSerials(order));
  return {
    reason: answers.reason,
    arrived_at: arrivedAt(order.events),
    finished_at: iso(),
    read: common.read,
    serial_seen: common.serial_seen,
    remarks: answers.remarks ?? null,
    answers: {},
    ...extras(draft),
  };
}

const KINDS = {
  complete: {
    event: "completed",
    title: (order) => served(order.title),
    verb: "form.complete",
    fields: completionFields,
    proposed: () => ({}),
    body: completedBody,
  },
  unable: {
    event: "unable",
    title: () => t("form.unable"),
    verb: "form.report_unable",
    fields: unableFields,
    proposed: (order) => ({ reason: proposedReason(order) }),
    body: (order, _type, draft, fields) => unableBody(order, draft, fields),
  },
};

// The questions as they are at this moment: an authority may have ended since the page was drawn.
function formOf(order, kind, type, draft) {
  const fields = kind.fields(type, order, draft.values);
  return { draft, order, fields, problems: problems(fields, draft, order, app.model.technician.van) };
}

async function submit(event, { draft, order }, kind, type) {
  event.preventDefault();
  const form = formOf(order, kind, type, draft);
  const { fields } = form;
  draft.tried = true;
  const first = Object.keys(form.problems)[0];
  update();
  if (first) {
    await Promise.resolve(); // the page is drawn again first, with what is asked since
    const field = document.querySelector(`[data-field="${first}"]`);
    field.scrollIntoView({ block: "center" });
    field.querySelector(".again input, input, textarea, button")?.focus({ preventScroll: true });
    return;
  }
  const on = wayOn();
  const kept = await keep(
    () =>
      work.writer.write(kind.event, order, kind.body(order, type, draft, fields), {
        photos: draft.photos,
        drop: draft,
      }),
    (reason) => t("not_recorded_kept", { reason }),
  );
  if (!kept) return;
  used(draft);
  on("order", order.number);
  say(navigator.onLine ? t("form.recorded_sending") : t("form.recorded_kept"), "ok");
}

function askToClear(sure) {
  app.ui.clearing = sure;
  update();
}

// What was typed at a door cannot be typed again from the office: it goes only when somebody says so twice.
const clearing = (draft) =>
  html`<section class="change" data-tone="danger" role="alertdialog" aria-label=${t("form.clear")}>
    ${icon("hazard")}
    <div>
      <p>${t("form.clear_sure")}</p>
      <div class="choices">
        <button type="button" @click=${() => askToClear(false)}>${t("form.clear_no")}</button>
        <button type="button" @click=${() => discard(draft)}>${t("form.clear_yes")}</button>
      </div>
    </div>
  </section>`;

export function formPane(order, name) {
  const kind = KINDS[name];
  const type = app.model.catalogue[order.type];
  if (!type)
    return html`<article class="pane detail" data-page>
      <p class="empty">
        <b>${t("form.not_arrived", { title: served(order.title) })}</b> ${t("form.not_arrived_advice")}
      </p>
    </article>`;
  const draft = openDraft(order, name, kind.proposed(order));
  if (!draft) return html`<article class="pane detail" data-page aria-busy="true"></article>`;
  const form = formOf(order, kind, type, draft);
  const { fields } = form;
  const left = Object.keys(form.problems).length;
  return html`<article class="pane detail" data-page>
    <header class="order-head">
      <a class="icon-button back always" href=${link("order", order.number)} aria-label=${t("order.back")}
        >${icon("back")}</a
      >
      <div>
        <p class="kicker">${order.premise?.address} <span class="quiet">${order.number}</span></p>
        <h1>${kind.title(order)}</h1>
      </div>
    </header>
    ${changeBanner(order)} ${name === "complete" ? html`${cutBanner(order)} ${quietCodeLink(order)}` : nothing} ${flagBanner(order)}
    <form novalidate @submit=${(event) => submit(event, form, kind, type)}>
      ${sections(asked(fields, draft.values)).map(
        ({ title, fields: group }) =>
          html`<section class="card">
            ${group.length === 1 && served(group[0].title) === served(title) ? nothing : html`<h2>${title ? served(title) : t("form.details")}</h2>`}
            ${group.map((field) => fieldView(form, field))}
          </section>`,
      )}
      ${morePhotos(draft)} ${app.ui.clearing ? clearing(draft) : nothing}
      <div class="actions">
        <span class="since">${left ? t("form.to_go", { count: left }) : t("form.filled")}</span>
        <button type="button" class="plain" @click=${() => askToClear(true)}>${t("form.clear")}</button>
        <button class="primary" ?disabled=${app.recording}>
          ${app.recording ? t("form.recording") : t(kind.verb)}
        </button>
      </div>
    </form>
  </article>`;
}
