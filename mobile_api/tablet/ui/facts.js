// A name and its value, as most of an order is shown.

import { html, nothing } from "../lib/view.js";

// One line of a list of facts; one without a value is left out.
export const fact = (title, value, style = "") =>
  value === undefined || value === null || value === ""
    ? nothing
    : html`<div>
        <dt>${title}</dt>
        <dd class=${style}>${value}</dd>
      </div>`;

export const facts = (...lines) => html`<dl class="facts">${lines}</dl>`;
