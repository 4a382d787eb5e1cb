// Line icons, drawn on a 24-pixel grid.

import { html, svg } from "../lib/view.js";

const PATHS = {
  orders: svg`<path d="M5 6h14M5 12h14M5 18h9"/>`,
  outbox: svg`<path d="M12 15V4m0 0L7.5 8.5M12 4l4.5 4.5M4 15v3.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V15"/>`,
  receipt: svg`<path d="M6 3h12v18l-3-2-3 2-3-2-3 2zM9.5 8h5M9.5 12h5"/>`,
  tablet: svg`<rect x="5" y="3" width="14" height="18" rx="2"/><path d="M11 17.5h2"/>`,
  lock: svg`<rect x="5" y="11" width="14" height="9" rx="1.5"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>`,
  dog: svg`<path d="M4 6.5 6.5 4l3 3h5l3-3L20 6.5 18.5 11v3.5a6.5 6.5 0 0 1-13 0V11zM9 12.5v.01M15 12.5v.01M10.5 16.5 12 17.5l1.5-1"/>`,
  hazard: svg`<path d="M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.01"/>`,
  medical: svg`<path d="M9.5 4h5v5.5H20v5h-5.5V20h-5v-5.5H4v-5h5.5z"/>`,
  note: svg`<path d="M5 4h14v11l-5 5H5zM14 20v-5h5M8.5 9h7M8.5 12.5h4"/>`,
  pin: svg`<path d="M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.8 12 21 12 21z"/><circle cx="12" cy="9.5" r="2.5"/>`,
  phone: svg`<path d="M6 4h3.5l1.5 4.5-2 1.5a11 11 0 0 0 5 5l1.5-2 4.5 1.5V18a2 2 0 0 1-2.2 2A16.5 16.5 0 0 1 4 6.2 2 2 0 0 1 6 4z"/>`,
  camera: svg`<path d="M4 8h3.5L9 5.5h6L16.5 8H20a1 1 0 0 1 1 1v9.5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1z"/><circle cx="12" cy="13.5" r="3.5"/>`,
  check: svg`<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
  cross: svg`<path d="M6 6l12 12M18 6 6 18"/>`,
  back: svg`<path d="M14.5 5.5 8 12l6.5 6.5"/>`,
  forward: svg`<path d="M9.5 5.5 16 12l-6.5 6.5"/>`,
  cash: svg`<rect x="3" y="6.5" width="18" height="11" rx="1.5"/><circle cx="12" cy="12" r="2.5"/><path d="M6.5 10v4M17.5 10v4"/>`,
  pause: svg`<path d="M8.5 5.5v13M15.5 5.5v13"/>`,
  print: svg`<path d="M7 9V4h10v5M7 17H4.5A1.5 1.5 0 0 1 3 15.5v-5A1.5 1.5 0 0 1 4.5 9h15a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1-1.5 1.5H17M7 14h10v6H7z"/>`,
  sync: svg`<path d="M19.5 9.5A8 8 0 0 0 5 8M4.5 4.5V8.5h4M4.5 14.5A8 8 0 0 0 19 16M19.5 19.5v-4h-4"/>`,
  offline: svg`<path d="M4 4l16 16M8.5 15.5a5 5 0 0 1 7 0M5.5 12.5a9.5 9.5 0 0 1 3.5-2.3M18.5 12.5a9.5 9.5 0 0 0-5-2.6M12 19v.01"/>`,
  online: svg`<path d="M8.5 15.5a5 5 0 0 1 7 0M5.5 12.5a9.2 9.2 0 0 1 13 0M2.5 9.5a13.4 13.4 0 0 1 19 0M12 19v.01"/>`,
  search: svg`<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>`,
  clock: svg`<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>`,
  map: svg`<path d="M9 4.5 4 6.5v13l5-2 6 2 5-2v-13l-5 2zM9 4.5v13M15 6.5v13"/>`,
  navigate: svg`<path d="M20 4 4 11l6.5 2.5L13 20z"/>`,
  target: svg`<circle cx="12" cy="12" r="6"/><path d="M12 2.5V6M12 18v3.5M2.5 12H6M18 12h3.5M12 12v.01"/>`,
  full: svg`<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>`,
  up: svg`<path d="M5.5 14.5 12 8l6.5 6.5"/>`,
  down: svg`<path d="M5.5 9.5 12 16l6.5-6.5"/>`,
  scan: svg`<path d="M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 8.5v7M11 8.5v7M13.5 8.5v7M16 8.5v7"/>`,
  torch: svg`<path d="M8 3.5h8v4L13.5 11v9.5h-3V11L8 7.5zM8 6h8"/>`,
  pad: svg`<rect x="4.5" y="3" width="15" height="18" rx="2"/><path d="M8.5 8v.01M12 8v.01M15.5 8v.01M8.5 12v.01M12 12v.01M15.5 12v.01M8.5 16v.01M12 16v.01M15.5 16v.01"/>`,
  erase: svg`<path d="M9 5h11v14H9l-6-7zM12 9.5l5 5M17 9.5l-5 5"/>`,
  message: svg`<path d="M4 5h16v11H10l-4.5 4V16H4zM8 9h8M8 12h5"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
};

export const icon = (name) =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${PATHS[name]}</svg>`;

// The mark of the app: the lid of a curb box seen from above, with its five-sided bolt.
export const mark = () =>
  html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <circle cx="16" cy="16" r="14.5" />
    <circle class="ring" cx="16" cy="16" r="10.5" />
    <polygon class="bolt" points="16.0,11.7 20.4,14.9 18.7,20.0 13.3,20.0 11.6,14.9" />
  </svg>`;
