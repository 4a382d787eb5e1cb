// The installed meter and what it has used, as small bars: an odd month is seen before a number is typed.

import { html, nothing, svg } from "../lib/view.js";
import { known, t } from "../lib/texts.js";
import { readsOfMeter } from "../rules/reads.js";
import { dayName, monthShort, number, spelled } from "../lib/words.js";

const WIDTH = 320;
const HEIGHT = 72;
const GAP = 4;

// Use between neighbouring reads, oldest first, with a wrap of the dials counted through. A step of more than
// half the register is another meter or a misread, and would only flatten the rest.
export function usage(reads, meter) {
  const sorted = [...reads].sort((a, b) => a.at.localeCompare(b.at));
  const span = 10 ** meter.dials;
  const pairs = sorted.slice(1).map((read, index) => {
    const used = (((read.value - sorted[index].value) % span) + span) % span;
    return { at: read.at, kind: read.kind, used: used * (meter.multiplier ?? 1), believed: used < span / 2 };
  });
  return pairs.filter((pair) => pair.believed);
}

function bars(months, meter) {
  const most = Math.max(1, ...months.map((month) => month.used));
  const step = WIDTH / months.length;
  const words = months.map((month) => `${monthShort(month.at)} ${number(month.used)}`).join(", ");
  return html`<svg
    class="bars"
    viewBox="0 0 ${WIDTH} ${HEIGHT + 18}"
    role="img"
    aria-label=${t("meter.use", { unit: meter.unit, months: words })}
  >
    ${months.map(({ at, kind, used }, index) => {
      const height = Math.max(2, (used / most) * HEIGHT);
      const left = index * step + GAP / 2;
      return svg`<rect x=${left} y=${HEIGHT - height} width=${step - GAP} height=${height} rx="2" data-kind=${kind}><title>${dayName(at)}: ${number(used)} ${meter.unit} (${kindOf(kind)})</title></rect>
        <text x=${left + (step - GAP) / 2} y=${HEIGHT + 13} text-anchor="middle">${monthShort(at).slice(0, 1)}</text>`;
    })}
  </svg>`;
}

const kindOf = (kind) => (known(`read.kind.${kind}`) ? t(`read.kind.${kind}`) : spelled(kind));

export const lastSeen = (read) =>
  html`<b class="figure">${number(read.value)}</b>
    ${dayName(read.at)}${read.kind === "actual" ? "" : `, ${kindOf(read.kind)}`}`;

// The last read on record of the meter that is there, or undefined.
export const latest = (order) => [...readsOfMeter(order)].sort((a, b) => b.at.localeCompare(a.at))[0];

export function meterCard(order) {
  const { meter } = order;
  if (!meter)
    return html`<section class="card">
      <h2>${t("meter")}</h2>
      <p class="quiet">${t("meter.none")}</p>
    </section>`;
  const months = usage(readsOfMeter(order), meter).slice(-12);
  return html`<section class="card">
    <h2>${t("meter")}</h2>
    <p class="quiet">
      ${meter.make}, ${meter.size}″, ${t("meter.dials", { dials: meter.dials })}${meter.multiplier > 1 ? `, × ${meter.multiplier}` : ""}, ${meter.unit}
    </p>
    ${
      months.length > 1
        ? html`<figure>
            ${bars(months, meter)}
            <figcaption>
              ${t("meter.use_between", { count: months.length + 1, unit: meter.unit })}
            </figcaption>
          </figure>`
        : nothing
    }
  </section>`;
}
