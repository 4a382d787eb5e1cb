// One question of a form, drawn from its descriptor.

import { app } from "../lib/state.js";
import { served, t } from "../lib/texts.js";
import { html, live, nothing } from "../lib/view.js";
import { number } from "../lib/words.js";
import { checkPhoto, malformed, photoName, serialDoubt } from "../rules/form.js";
import { judgeRead, limitsFor } from "../rules/reads.js";
import { placeOfMeter } from "../data/meterplaces.js";
import { mayScan, scanned } from "../rules/scan.js";
import { setValue, touch } from "./draft.js";
import { flowsInput } from "./flows.js";
import { icon } from "./icons.js";
import { pad, padButton, padOpen, padOpens } from "./pad.js";
import { photoInput } from "./photo.js";
import { scanButton } from "./scanning.js";

function text(form, name, attributes = {}) {
  const {
    type = "text",
    mode = "text",
    list,
    max = 2000,
    describedBy,
    capital = "sentences",
    label,
    pads = false,
  } = attributes;
  return html`<input
    id=${`f-${name}`}
    name=${name}
    type=${type}
    inputmode=${mode}
    maxlength=${max}
    list=${list ?? nothing}
    autocomplete="off"
    autocapitalize=${capital}
    aria-label=${label ?? nothing}
    aria-describedby=${describedBy ?? nothing}
    .value=${live(form.draft.values[name] ?? "")}
    @input=${(event) => setValue(form.draft, name, event.target.value)}
    @focus=${() => pads && padOpens(name)}
    @blur=${() => touch(form.draft, name)}
  />`;
}

function choices(form, field, options) {
  const value = form.draft.values[field.name];
  return html`<div class="choices" role="radiogroup" aria-labelledby=${`l-${field.name}`}>
    ${options.map(
      ([key, words]) =>
        html`<label class="choice"
          ><input
            type="radio"
            name=${field.name}
            .checked=${live(value === key)}
            @change=${() => setValue(form.draft, field.name, key)}
          /><span>${served(words)}</span></label
        >`,
    )}
  </div>`;
}

function again(form, field, doubt, mode, advice) {
  const name = `${field.name}:again`;
  return html`<div class="again" role="alert">
    <p>${icon("hazard")} <b>${t(doubt.code, doubt)}</b> ${advice}</p>
    ${text(form, name, { mode, capital: "characters", label: t("form.typed_again", { title: served(field.title) }) })}
    ${field.type === "read" ? photoInput(form.draft, checkPhoto(field), t("form.photo_dials", { title: served(field.title) })) : nothing}
  </div>`;
}

// The dials as they should look: leading zeros shown, so that a missing digit is seen.
function dials(value, count) {
  if (count > 9 || !/^\d+$/.test(value ?? "") || value.length > count) return nothing;
  return html`<span class="dials" aria-hidden="true"
    >${[...value.padStart(count, "0")].map((digit, index) => html`<i data-lead=${index < count - value.length}>${digit}</i>`)}</span
  >`;
}

const vanOption = ({ serial, size, make }) => html`<option value=${serial}>${size}″ ${make}</option>`;

// Doubts wait until the field was left, or the form was sent.
const leftOnce = ({ draft }, field) => draft.touched.has(field.name) || draft.tried;

function readField(form, field) {
  const limits = limitsFor(field, form.order, form.draft.values, form.fields, app.model.technician.van);
  const typed = form.draft.values[field.name];
  const { doubt } = judgeRead(typed, limits);
  const range = limits.expected
    ? t("form.expected", { low: number(limits.expected.low), high: number(limits.expected.high) })
    : "";
  return html`<div class="read">
      ${text(form, field.name, { mode: padOpen(field) ? "none" : "numeric", pads: true, max: 12, describedBy: `h-${field.name}` })}
      ${padButton(field)} ${padOpen(field) ? nothing : dials(typed?.trim(), limits.dials)}
    </div>
    ${pad(form, field, limits.dials)}
    ${doubt && leftOnce(form, field) && !padOpen(field) ? again(form, field, doubt, "numeric", `${range} ${t("form.read_again")}`) : nothing}`;
}

// The label is read into the field, and what it says is judged at once.
const scanOf = (form, field, known = []) =>
  scanButton(
    served(field.title),
    (label) => scanned(label, known),
    (found) => {
      setValue(form.draft, field.name, found);
      touch(form.draft, field.name);
    },
  );

function serialField(form, field) {
  const typed = form.draft.values[field.name];
  const van = app.model.technician.van ?? [];
  const doubt = serialDoubt(field, typed, form.order, van);
  const fresh = field.means !== "serial_seen" && van.length;
  const list = fresh ? `van-${field.name}` : null;
  const place = doubt && leftOnce(form, field) ? placeOfMeter(typed) : null;
  const words = field.means === "serial_seen" ? t("form.serial_wrong") : t("form.serial_again");
  const advice = place ? html`<b>${t("form.serial_place", { address: place.address })}</b> ${words}` : words;
  return html`<div class="scannable">
      ${text(form, field.name, { max: 40, list, capital: "characters", describedBy: `h-${field.name}` })}
      ${scanOf(form, field, [form.order.meter?.serial, ...van.map(({ serial }) => serial)].filter(Boolean))}
    </div>
  ${list ? html`<datalist id=${list}>${van.map(vanOption)}</datalist>` : nothing}
  ${doubt && leftOnce(form, field) ? again(form, field, doubt, "text", advice) : nothing}`;
}

const DRAW = {
  text: (form, field) =>
    field.name === "remarks"
      ? html`<textarea
          id=${`f-${field.name}`}
          name=${field.name}
          rows="3"
          maxlength="2000"
          .value=${live(form.draft.values[field.name] ?? "")}
          @input=${(event) => setValue(form.draft, field.name, event.target.value)}
        ></textarea>`
      : mayScan(field)
        ? html`<div class="scannable">${text(form, field.name, { max: field.max ?? 2000, capital: "characters" })} ${scanOf(form, field)}</div>`
        : text(form, field.name, { max: field.max ?? 2000 }),
  number: (form, field) =>
    html`<span class="unit"
      >${text(form, field.name, { mode: "decimal", max: 20 })}${field.unit ? html`<span>${served(field.unit)}</span>` : nothing}</span
    >`,
  date: (form, field) => text(form, field.name, { type: "date" }),
  read: readField,
  serial: serialField,
  yes_no: (form, field) =>
    choices(form, field, [
      [true, t("yes")],
      [false, t("no")],
    ]),
  choice: (form, field) =>
    choices(
      form,
      field,
      field.choices.map((choice) => [choice.value, choice.title]),
    ),
  photo: (form, field) => photoInput(form.draft, photoName(field), served(field.title), `h-${field.name}`),
  flows: (form, field) => flowsInput(form.draft, field, form.order, app.model.settings),
};

// A problem's own titles are the server's.
const spoken = (problem) => ({
  ...problem,
  outcome: problem.outcome && served(problem.outcome),
  question: problem.question && served(problem.question),
});

const GROUPED = new Set(["yes_no", "choice", "photo", "flows"]);

// `form`: { draft, order, fields, problems }.
export function fieldView(form, field) {
  const doubted =
    (field.type === "read" || field.type === "serial") && form.draft.values[field.name] && !form.draft.tried;
  const typed = form.draft.values[field.name];
  const { order, draft, fields } = form;
  const limits = field.type === "read" ? limitsFor(field, order, draft.values, fields, app.model.technician.van) : null;
  const broken = malformed(field, typed, limits);
  const problem =
    broken ?? (form.draft.tried || (form.draft.touched.has(field.name) && !doubted) ? form.problems[field.name] : null);
  const title = html`${served(field.title)}${field.required ? nothing : html` <small>${t("form.optional")}</small>`}`;
  const draw = DRAW[field.type] ?? DRAW.text;
  return html`<div
    class="field"
    data-field=${field.name}
    data-type=${field.type}
    data-problem=${Boolean(problem)}
  >
    ${
      GROUPED.has(field.type)
        ? html`<span class="label" id=${`l-${field.name}`}>${title}</span>`
        : html`<label class="label" for=${`f-${field.name}`}>${title}</label>`
    }
    ${field.help ? html`<p class="help" id=${`h-${field.name}`}>${served(field.help)}</p>` : nothing}
    ${draw(form, field)}
    ${problem ? html`<p class="problem" role="alert">${icon("hazard")}<span>${t(problem.code, spoken(problem))}</span></p>` : nothing}
  </div>`;
}
