// The authority to cut, while the technician can still act on it: at the door, and in the form that reports a cut.

import { serverNow } from "../lib/clock.js";
import { app } from "../lib/state.js";
import { known, served, t } from "../lib/texts.js";
import { link } from "../lib/router.js";
import { html, nothing } from "../lib/view.js";
import { clockTime, dayName, dayTime, localDay, money, spelled, when } from "../lib/words.js";
import { cutDoubts, saysCut, windowOf } from "../rules/cuts.js";
import { underWay } from "../rules/progress.js";
import { fact, facts } from "./facts.js";
import { codeLink } from "./code.js";
import { icon } from "./icons.js";

const WORDS = {
  cancelled: ({ cancelled }) => t("change.cancelled", { when: when(cancelled.at) }),
  recalled: ({ recalled }) => t("change.recalled", { when: when(recalled.at) }),
  no_authority: () => t("cut.no_authority"),
  authority_expired: ({ authority, releasedUntil }) =>
    t("cut.authority_expired", { when: dayTime(Math.max(Date.parse(authority.expires_at), releasedUntil ?? 0)) }),
  day_not_allowed: () => t("cut.day_not_allowed"),
  past_latest_hour: (order) =>
    t("cut.past_latest_hour", { time: clockTime(windowOf(order, localDay(serverNow())).until) }),
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
      <p><b>${t("cut.do_not")}</b> ${warnings.map((code) => `${WORDS[code](order)} `)}</p>
      ${
        underWay(order.progress) && proposedReason(order)
          ? html`<a class="button" href=${link("order", order.number, "unable")}>${t("cut.leave_on")}</a>`
          : nothing
      }
      ${codeLink(order)}
    </div>
  </section>`;
}

// The way to a code where no banner shows it: the office may stop a cut that the order allows.
export const quietCodeLink = (order) => (cutWarnings(order).length ? nothing : codeLink(order));

// What a form asks besides when it reports a cut that the order does not allow.
export function confirmationFields(order, type, values) {
  if (!saysCut(type, values) || !cutWarnings(order).length) return [];
  return [
    {
      name: "cut_anyway",
      title: t("cut.anyway"),
      type: "yes_no",
      required: true,
      must: true,
      otherwise: "cut.otherwise",
      help: t("cut.anyway_help"),
      section: t("cut.section"),
    },
    {
      name: "cut_reason",
      title: t("cut.reason"),
      type: "text",
      max: 500,
      required: true,
      section: t("cut.section"),
      only_if: { field: "cut_anyway", equals: true },
    },
  ];
}

// What the completion says of the check at the moment of the cut; undefined when nothing was cut.
export function cutReport(order, type, values) {
  if (!saysCut(type, values)) return undefined;
  const warnings = cutWarnings(order);
  return {
    checked_at: new Date(serverNow()).toISOString(),
    told: warnings,
    reason: warnings.length ? values.cut_reason.trim() : null,
  };
}

// What the cut rests on, what avoids it, and what to make sure of at the door.
export function authorityCard(order) {
  const cut = order.authority;
  const checks = typeOf(order)?.door_checks ?? [];
  if (!cut && !checks.length) return nothing;
  return html`<section class="card">
    <h2>${t("cut.authority")}</h2>
    ${cut ? terms(order, cut) : nothing}
    ${
      checks.length
        ? html`<h3>${t("cut.at_door")}</h3>
            <ul class="checks">
              ${checks.map((check) => html`<li>${served(check)}</li>`)}
            </ul>`
        : nothing
    }
    ${quietCodeLink(order)}
  </section>`;
}

function terms(order, cut) {
  const today = windowOf(order, localDay(serverNow()));
  return html`${
    !Number.isInteger(cut.avoid_cents)
      ? nothing
      : cut.avoid_cents > 0
        ? html`<p class="amount">${money(cut.avoid_cents)} <small>${t("cut.avoids")}</small></p>`
        : html`<p class="amount">${t("cut.paid")}</p>`
  }
  ${facts(
    fact(t("cut.valid_until"), dayTime(cut.expires_at)),
    fact(t("cut.released_until"), order.releasedUntil && dayTime(order.releasedUntil)),
    fact(t("cut.latest_today"), today ? clockTime(today.until) : t("cut.none_today")),
    fact(t("cut.checks"), cut.checks_allowed ? t("cut.accepted") : t("cut.not_accepted")),
    (cut.notices ?? []).map(({ kind, sent_on }) =>
      fact(
        t("cut.notice", { kind: known(`notice.${kind}`) ? t(`notice.${kind}`) : spelled(kind) }),
        t("cut.sent", { day: dayName(`${sent_on}T12:00:00Z`) }),
      ),
    ),
  )}`;
}
