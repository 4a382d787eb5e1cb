// The board follows what happens: only rows and cells that changed are fetched and exchanged.
const at = (id) => document.getElementById(id).src;
const { onChange, isLive } = await import(at("live-script"));
const { adoptPoints, adoptRows, adoptWorkday, refresh } = await import(at("board-script"));
const { elementOf, flash, keepingFocus, refill } = await import(at("patching-script"));
const { handsFree } = await import(at("hands-script"));

const board = document.querySelector(".board");
const TICK_MS = 60_000; // "heard 3 min ago" grows older, and stops become late, without anything happening
const MOST_ROWS = 300;
const MOST_LINES = 6;
const KINDS = ["orders", "technicians", "heard", "places"];
let wanted = nothing();
let asking = false;

function nothing() {
  return { ...Object.fromEntries(KINDS.map((kind) => [kind, new Set()])), any: false };
}

onChange((change) => {
  if (change.everything) {
    wanted = nothing();
    refresh();
    return;
  }
  for (const kind of KINDS) for (const one of change[kind] ?? []) wanted[kind].add(one);
  wanted.any = true;
  ask();
});

async function ask() {
  if (asking || !wanted.any) return;
  asking = true;
  const now = wanted;
  wanted = nothing();
  try {
    const address = new URL(board.dataset.changes, location.href);
    for (const kind of ["orders", "technicians", "heard"]) if (now[kind].size) address.searchParams.set(kind, [...now[kind]].join(","));
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.status === 401) location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    if (!answer.ok) return refresh();
    const told = await answer.json();
    await handsFree();
    apply(told);
  } catch (error) {
    console.warn(error);
    refresh(); // which says that the server cannot be reached, when it cannot
  } finally {
    asking = false;
    ask();
  }
}

function apply(told) {
  applyRows(told.rows);
  if (told.points) adoptPoints(told.points);
  for (const [key, text] of Object.entries(told.counts)) applyCount(key, text);
  for (const [id, html] of Object.entries(told.days)) applyDay(id, html);
  for (const [id, html] of Object.entries(told.heard)) document.getElementById(`heard-${id}`)?.replaceWith(elementOf(html));
  refill(document.getElementById("status"), told.status);
  refill(document.getElementById("alerts"), told.alerts);
  for (const html of told.happened) applyLine(elementOf(html));
  document.dispatchEvent(new CustomEvent("board:patch", { detail: told }));
}

const body = () => document.querySelector("#orders-form tbody");

function applyRows(rows) {
  const changed = Object.entries(rows);
  if (changed.length === 0) return;
  if (!body() && changed.some(([, html]) => html)) return refresh(); // the first row of an empty list
  if (!body()) return;
  keepingFocus(body, () => { for (const [number, html] of changed) applyRow(number, html); });
  if (body().rows.length === 0) refresh();
  adoptRows();
}

function applyRow(number, html) {
  const before = document.getElementById(`row-${number}`);
  if (!html) return before?.remove();
  const row = elementOf(html);
  const place = row.dataset.sort;
  if (before?.dataset.sort === place) {
    before.replaceWith(row);
  } else {
    before?.remove();
    const after = [...body().rows].find((other) => other.dataset.sort > place);
    if (!after && body().rows.length >= MOST_ROWS) return;
    body().insertBefore(row, after ?? null);
    if (body().rows.length > MOST_ROWS) body().rows[MOST_ROWS].remove();
  }
  flash(row);
}

const SELECTS = { type: "f-type", zone: "f-zone", technician: "f-tech" };

function applyCount(key, text) {
  const [kind, value] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
  if (kind === "group") {
    const count = document.querySelector(`[data-count="${CSS.escape(key)}"]`);
    if (count) count.textContent = text;
    return;
  }
  const select = document.getElementById(SELECTS[kind]);
  const option = [...(select?.options ?? [])].find((one) => one.value === value);
  if (option && option.text !== text) option.text = text;
  if (select && !option) select.add(new Option(text, value));
}

function applyDay(id, html) {
  const before = document.getElementById(`workday-${id}`);
  if (!before) return refresh(); // somebody new
  const day = elementOf(html);
  day.open = before.open;
  keepingFocus(() => document.getElementById(`workday-${id}`), () => before.replaceWith(day));
  htmx.process(day);
  adoptWorkday(day);
  flash(day.querySelector("summary"));
}

function applyLine(line) {
  const list = document.getElementById("happened");
  if (!list || list.querySelector(`[data-id="${line.dataset.id}"]`)) return;
  list.prepend(line);
  while (list.children.length > MOST_LINES) list.lastElementChild.remove();
  document.getElementById("lately").hidden = false;
}

setInterval(() => {
  if (document.hidden || !isLive()) return;
  for (const day of document.querySelectorAll(".workday")) wanted.heard.add(day.id.replace("workday-", ""));
  wanted.any = true;
  ask();
}, TICK_MS);
