// The runs of a meter test: what meter and standard counted at each flow, as found and as left.

import { html, nothing } from "../lib/view.js";
import { setValue } from "./draft.js";

const PAIR = [
  ["meter", "Meter"],
  ["standard", "Standard"],
];

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
export function startingRuns(order, settings) {
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
    >${percent.toFixed(2)} %${inside ? "" : " outside"}</output
  >`;
}

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
    const fields = PAIR.map(([volume, words]) => {
      const label = `Flow ${index + 1}, ${title.toLowerCase()}: ${words.toLowerCase()} volume`;
      return html`<label>${words} ${input(index, [key, volume], label)}</label>`;
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
          <legend>${run.name ? `${run.name} flow` : `Flow ${index + 1}`}</legend>
          <label>Gallons a minute ${input(index, ["gpm"], `Flow ${index + 1}: gallons a minute`)}</label>
          ${part(run, index, "as_found", "As found")} ${part(run, index, "as_left", "As left")}
        </fieldset>`,
    )}
    ${button("Add a flow", [...runs, { gpm: "", as_found: {}, as_left: {} }])}
    ${runs.length > 1 ? button("Remove the last", runs.slice(0, -1)) : nothing}
  </div>`;
}
