// Pages by the part of the address after "#": "#/order/W000123/complete".

import { app, update } from "./state.js";

const PATTERNS = [
  [/^\/?$/, "orders", []],
  [/^\/orders$/, "orders", []],
  [/^\/order\/([^/]+)$/, "order", ["number"]],
  [/^\/order\/([^/]+)\/complete$/, "complete", ["number"]],
  [/^\/order\/([^/]+)\/unable$/, "unable", ["number"]],
  [/^\/order\/([^/]+)\/pay$/, "pay", ["number"]],
  [/^\/order\/([^/]+)\/code$/, "code", ["number"]],
  [/^\/map$/, "map", []],
  [/^\/messages$/, "messages", []],
  [/^\/messages\/([^/]+)$/, "messages", ["number"]],
  [/^\/day$/, "day", []],
  [/^\/pickup$/, "pickup", []],
  [/^\/pickup\/([^/]+)$/, "pickup", ["number"]],
  [/^\/outbox$/, "outbox", []],
  [/^\/receipts$/, "receipts", []],
  [/^\/receipt\/([^/]+)$/, "receipt", ["receipt"]],
  [/^\/tablet$/, "tablet", []],
  [/^\/join$/, "join", []],
];

function parse(hash) {
  const path = hash.replace(/^#/, "");
  for (const [pattern, name, keys] of PATTERNS) {
    const match = pattern.exec(path);
    if (match)
      return {
        name,
        params: Object.fromEntries(keys.map((key, index) => [key, decodeURIComponent(match[index + 1])])),
      };
  }
  return { name: "orders", params: {} };
}

export const link = (...parts) => `#/${parts.map(encodeURIComponent).join("/")}`;

export function go(...parts) {
  location.hash = link(...parts);
}

// The way on from the page that is shown now, for when what was begun there has ended: whoever has left meanwhile is
// not taken away from where they went. Answers whether it was followed.
export function wayOn() {
  const here = location.hash;
  return (...parts) => {
    if (location.hash !== here) return false;
    go(...parts);
    return true;
  };
}

// On a narrow screen the page itself scrolls: the list is found again where it was left, others begin on top.
let listPlace = 0;

function follow() {
  const before = app.route;
  app.route = parse(location.hash);
  if (JSON.stringify(before) !== JSON.stringify(app.route)) {
    if (before.name === "orders") listPlace = scrollY;
    app.ui = {};
    setTimeout(() => {
      scrollTo(0, app.route.name === "orders" ? listPlace : 0);
      document.querySelector(".detail, .single")?.scrollTo(0, 0);
      focusHeading();
    });
  }
  update();
}

// Keyboards and screen readers go on from the top of the new page, not from the link that led there.
function focusHeading() {
  const heading = app.route.name === "orders" ? null : document.querySelector(".detail h1, .single h1");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

export function startRouter() {
  addEventListener("hashchange", follow);
  follow();
}
