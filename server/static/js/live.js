// The page's line to the server: what has changed is told as it happens, and the page says whether it is told.
const sign = document.getElementById("live");
const QUIET_MS = 25_000; // two beats and a half: whoever hears nothing for so long is not live
const LOOK_MS = 5_000;
const POLL_MS = 10_000; // what the page does while it is not live
const AGAIN_MS = 10_000; // after the server said that it has no place
const HIDDEN_MS = 60_000; // a page nobody looks at gives its place back: browsers hold six connections to a server
const listeners = new Set();

let source = null;
let last = ""; // the last change this page knows, for a stream of its own that it opens anew
let heardAt = 0;
let lostAt = null;
let hiding;

/** `handler(change)` is called with what the server names, or `{everything: true}`. The first one opens the line. */
export function onChange(handler) {
  listeners.add(handler);
  if (!source) connect();
}
export const isLive = () => sign.dataset.state === "live";

const tell = (change) => { for (const handler of listeners) handler(change); };

function show(state) {
  if (sign.dataset.state === state) return;
  sign.dataset.state = state;
  const clock = new Intl.DateTimeFormat(sign.dataset.language, { timeStyle: "short", timeZone: sign.dataset.zone });
  const words = { live: sign.dataset.saidLive, connecting: sign.dataset.saidConnecting, gone: sign.dataset.saidGone.replace("{time}", clock.format(lostAt)) };
  sign.querySelector(".words").textContent = words[state];
}

function heard(event) {
  heardAt = Date.now();
  lostAt = null;
  if (event.lastEventId) last = event.lastEventId;
  show("live");
}

function lost() {
  lostAt ??= heardAt || Date.now();
  show("gone");
}

function connect() {
  source?.close();
  if (document.hidden) return;
  const address = new URL(sign.dataset.stream, location.href);
  if (last) address.searchParams.set("last", last);
  source = new EventSource(address);
  if (!lostAt) show("connecting");
  const mine = source;
  source.addEventListener("beat", heard);
  source.addEventListener("change", (event) => {
    heard(event);
    tell(JSON.parse(event.data));
  });
  source.addEventListener("error", () => {
    lost();
    // Refused altogether: no place, or the session has ended, which the next look at the board finds out.
    if (mine.readyState === EventSource.CLOSED && mine === source) setTimeout(() => mine === source && connect(), AGAIN_MS);
  });
}

setInterval(() => {
  if (!document.hidden && isLive() && Date.now() - heardAt > QUIET_MS) {
    lost();
    connect();
  }
}, LOOK_MS);
setInterval(() => { if (!document.hidden && !isLive()) tell({ everything: true }); }, POLL_MS);

document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) {
    hiding = setTimeout(() => source?.close(), HIDDEN_MS);
  } else if (!source || source.readyState === EventSource.CLOSED) {
    connect();
  }
});
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
addEventListener("offline", lost);
addEventListener("online", connect);

// What somebody did here is told like everything else; while the page is not live it looks for itself.
document.body.addEventListener("board:acted", () => { if (!isLive()) tell({ everything: true }); });
