// What a technician must know before opening the gate, in words and never by colour alone.

import { html, nothing } from "../lib/view.js";
import { icon } from "./icons.js";

const flagsOf = ({ access = {} }) => [
  ...(access.medical ? [["medical", "Medical", "Someone here depends on the service"]] : []),
  ...(access.hazard ? [["hazard", "Hazard", access.hazard]] : []),
  ...(access.dog ? [["dog", "Dog", "Dog on the premises"]] : []),
];

export const flagTags = (order) =>
  flagsOf(order).map(([kind, word]) => html`<span class="tag" data-flag=${kind}>${icon(kind)}${word}</span>`);

export function flagBanner(order) {
  const flags = flagsOf(order);
  if (!flags.length) return nothing;
  return html`<ul class="flags" aria-label="Warnings">
    ${flags.map(([kind, , words]) => html`<li data-flag=${kind}>${icon(kind)}<b>${words}</b></li>`)}
  </ul>`;
}
