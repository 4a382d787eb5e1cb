// The authority to cut, while the technician can still act on it: at the door, and in the form that reports a cut.

import { serverNow } from "../lib/clock.js";
import { app } from "../lib/state.js";
import { link } from "../lib/router.js";
import { html, nothing } from "../lib/view.js";
import { clockTime, dayName, dayTime, localDay, money, spelled, when } from "../lib/words.js";
import { cutDoubts, saysCut, windowOf } from "../rules/cuts.js";
import { underWay } from "../rules/progress.js";
import { fact, facts } from "./facts.js";
import { icon } from "./icons.js";

const WORDS = {
  cancelled: ({ cancelled }) => `This order was cancelled at ${when(cancelled.at)}.`,
  recalled: ({ recalled }) => `This order was taken back at ${when(recalled.at)}.`,
  no_authority: () => "This order carries no authority to cut.",
  authority_expired: ({ authority }) => `The authority to cut ended ${dayTime(authority.expires_at)}.`,
  day_not_allowed: () => "Today is not a day on which service may be cut.",
  past_latest_hour: (order) => `Cuts ended at ${clockTime(windowOf(order, localDay(serverNow())).until)} today.`,
};

const typeOf = (order) => app.model.catalogue[order.type];

// Why this order's service must not be cut now, as codes; of an order that cuts nothing, none.
export const cutWarnings = (order) =>
  typeOf(order)?.cuts ? cutDoubts(order, serverNow(), localDay) : [];

// What the report "unable" should say when a cut may not be made any more.
export const proposedReason = (order) =>
  cutWarnings(order).some((code) => code !== "cancelled" && code !== "recalled") ? "time_expired" : undefined;

// "Do not cut", with every reason, and the way out.
export function cutBanner(order) {
  const warnings = cutWarnings(order);
  if (!warnings.length || order.bucket !== "todo") return nothing;
  return html`<section class="change" data-tone="danger" role="alert" data-warnings=${warnings.join(" ")}>
    ${icon("hazard")}
    <div>
      <p><b>Do not cut.</b> ${warnings.map((code) => `${WORDS[code](order)} `)}</p>
      ${
        underWay(order.progress) && proposedReason(order)
          ? html`<a class="button" href=${link("order", order.number, "unable")}>Leave it on: report ran out of time</a>`
          : nothing
      }
    </div>
  </section>`;
}

const SECTION = "Cut without authority";

// What a form asks besides when it reports a cut that the order does not allow.
export function confirmationFields(order, type, values) {
  if (!saysCut(type, values) || !cutWarnings(order).length) return [];
  return [
    {
      name: "cut_anyway",
      title: "Did you cut nevertheless?",
      type: "yes_no",
      required: true,
      must: true,
      otherwise: "Then change the answer above to say that the service was not cut, or report unable.",
      help: "It is recorded either way. The office looks at every cut without authority and restores the service.",
      section: SECTION,
    },
    {
      name: "cut_reason",
      title: "Why was it cut nevertheless?",
      type: "text",
      max: 500,
      required: true,
      section: SECTION,
      only_if: { field: "cut_anyway", equals: true },
    },
  ];
}

// What the completion says of the check at the moment of the cut; undefined when nothing was cut.
export function cutReport(order, type, values) {
  if (!saysCut(type, values)) return undefined;
  const told = cutWarnings(order);
  return {
    checked_at: new Date(serverNow()).toISOString(),
    told,
    reason: told.length ? values.cut_reason.trim() : null,
  };
}

// What the cut rests on, what avoids it, and what to make sure of at the door.
export function authorityCard(order) {
  const cut = order.authority;
  const checks = typeOf(order)?.door_checks ?? [];
  if (!cut && !checks.length) return nothing;
  return html`<section class="card">
    <h2>Authority to disconnect</h2>
    ${cut ? terms(order, cut) : nothing}
    ${
      checks.length
        ? html`<h3>At the door</h3>
            <ul class="checks">
              ${checks.map((check) => html`<li>${check}</li>`)}
            </ul>`
        : nothing
    }
  </section>`;
}

function terms(order, cut) {
  const today = windowOf(order, localDay(serverNow()));
  return html`${
    Number.isInteger(cut.avoid_cents)
      ? html`<p class="amount">${money(cut.avoid_cents)} <small>avoids the cut</small></p>`
      : nothing
  }
  ${facts(
    fact("Valid until", dayTime(cut.expires_at)),
    fact("Latest time today", today ? clockTime(today.until) : "no cuts today"),
    fact("Checks", cut.checks_allowed ? "accepted" : "not accepted"),
    (cut.notices ?? []).map(({ kind, sent_on }) =>
      fact(`${spelled(kind)} notice`, `sent ${dayName(`${sent_on}T12:00:00Z`)}`),
    ),
  )}`;
}
