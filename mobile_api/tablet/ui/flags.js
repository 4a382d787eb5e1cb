// What a technician must know before opening the gate, in words and never by colour alone.

import { t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { icon } from "./icons.js";

const flagsOf = ({ access = {} }) => [
  ...(access.medical ? [["medical", t("flag.medical"), t("flag.medical_words")]] : []),
  ...(access.hazard ? [["hazard", t("flag.hazard"), access.hazard]] : []),
  ...(access.dog ? [["dog", t("flag.dog"), t("flag.dog_words")]] : []),
];

export const flagTags = (order) =>
  flagsOf(order).map(([kind, word]) => html`<span class="tag" data-flag=${kind}>${icon(kind)}${word}</span>`);

export function flagBanner(order) {
  const flags = flagsOf(order);
  if (!flags.length) return nothing;
  return html`<ul class="flags" aria-label=${t("flags")}>
    ${flags.map(([kind, , words]) => html`<li data-flag=${kind}>${icon(kind)}<b>${words}</b></li>`)}
  </ul>`;
}
