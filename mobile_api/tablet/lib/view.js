// The view library under one name; templates escape every value.
export { html, svg, nothing, render } from "/vendor/lit-html/lit-html.js";
export { live } from "/vendor/lit-html/directives/live.js";
export { ref } from "/vendor/lit-html/directives/ref.js";
export { repeat } from "/vendor/lit-html/directives/repeat.js";
