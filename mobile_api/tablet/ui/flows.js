// The runs of a meter test: what meter and standard counted at each flow, as found and as left.

import { known, t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { setValue } from "./draft.js";

const PAIR = ["meter", "standard"];

// Registration in percent of the volume that the district's rule divides by; null until both are there.
export function accuracy(volumes, errorOf = "meter") {
  const [meter, standard] = [Number(volumes?.meter), Number(volumes?.standard)];
  return meter > 0 && standard > 0
    ? 100 + (100 * (meter - standard)) / (errorOf === "meter" ? meter : standard)
    : null;
}

function profileOf(order, { meter_test_profiles: profiles = {} }) {
  const { service, size } = order.service_point ?? {};
  return (
    profiles[`${service}.${order.extra?.size ?? order.meter?.size ?? size}`] ??
    profiles[`${service}.${size}`] ??
    profiles.default
  );
}

// The flows to run: those of the meter's size when the office sent them, else what the technician adds.
function startingRuns(order, settings) {
  const flows = profileOf(order, settings)?.flows ?? [{}, {}, {}];
  return flows.map(({ gpm = "", name = "", low_percent, high_percent }) => ({
    gpm,
    name,
    low_percent,
    high_percent,
    as_found: {},
    as_left: {},
  }));
}

function changed(draft, field, runs, index, path, value) {
  const next = structuredClone(runs);
  if (path.length === 1) next[index][path[0]] = value;
  else (next[index][path[0]] ??= {})[path[1]] = value;
  setValue(draft, field.name, next);
}

function verdict(run, part, errorOf) {
  const percent = accuracy(run[part], errorOf);
  if (percent === null) return nothing;
  const inside = run.low_percent === undefined || (percent >= run.low_percent && percent <= run.high_percent);
  return html`<output data-tone=${inside ? "ok" : "warn"}
    >${t(inside ? "flow.inside" : "flow.outside", { percent: percent.toFixed(2) })}</output
  >`;
}

const flowName = (name) => (known(`flow.${name.toLowerCase()}`) ? t(`flow.${name.toLowerCase()}`) : name);

export function flowsInput(draft, field, order, settings) {
  const runs = draft.values[field.name] ?? startingRuns(order, settings);
  const errorOf = profileOf(order, settings)?.error_of;
  const input = (index, path, label) => {
    const value = path.reduce((at, key) => at?.[key], runs[index]) ?? "";
    return html`<input
      inputmode="decimal"
      aria-label=${label}
      .value=${String(value)}
      @input=${(event) => changed(draft, field, runs, index, path, event.target.value.trim())}
    />`;
  };
  const part = (run, index, key, title) => {
    const fields = PAIR.map((volume) => {
      const words = t(`flow.${volume}`);
      const about = { index: index + 1, part: title.toLowerCase(), volume: words.toLowerCase() };
      return html`<label>${words} ${input(index, [key, volume], t("flow.volume_of", about))}</label>`;
    });
    return html`<div class="run"><b>${title}</b> ${fields} ${verdict(run, key, errorOf)}</div>`;
  };
  const button = (words, next) =>
    html`<button type="button" class="plain" @click=${() => setValue(draft, field.name, next)}>
      ${words}
    </button>`;
  return html`<div class="flows">
    ${runs.map(
      (run, index) =>
        html`<fieldset>
          <legend>${run.name ? t("flow.named", { name: flowName(run.name) }) : t("flow.numbered", { index: index + 1 })}</legend>
          <label>${t("flow.rate")} ${input(index, ["gpm"], t("flow.rate_of", { index: index + 1 }))}</label>
          ${part(run, index, "as_found", t("flow.as_found"))} ${part(run, index, "as_left", t("flow.as_left"))}
        </fieldset>`,
    )}
    ${button(t("flow.add"), [...runs, { gpm: "", as_found: {}, as_left: {} }])}
    ${runs.length > 1 ? button(t("flow.remove"), runs.slice(0, -1)) : nothing}
  </div>`;
}
