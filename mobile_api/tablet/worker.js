// Serves the app from the tablet. VERSION, FILES (address → SHA-256) and LATER (of those, what is fetched when the app
// first asks for it) are put before this text by the server: a
// changed file is another VERSION, and then everything is fetched into a cache of its own before the old one is touched.

const CACHE = `curbstop-app-${VERSION}`;

async function hashOf(answer) {
  const digest = await crypto.subtle.digest("SHA-256", await answer.clone().arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// One file as the server meant it. A portal answers 200 with a page of its own, and may have left that in the browser's
// own cache for a year: so a second try goes past it. Throws when both are something else.
async function genuine(address) {
  const packaged = address.startsWith("/vendor/");
  for (const cache of [packaged ? "default" : "no-cache", "reload"]) {
    const answer = await fetch(new Request(address, { cache }));
    if (answer.ok && (await hashOf(answer)) === FILES[address]) return answer;
  }
  throw new Error(`${address} is not what the server gave out`);
}

// What the version before had fetched stays: the addresses of packages carry their version.
async function carryOver(cache, address) {
  const found = await caches.match(address);
  if (found && (await hashOf(found)) === FILES[address]) await cache.put(address, found);
}

// All or nothing: an installation that is not whole is thrown away, and the version before it serves on.
async function install() {
  try {
    const cache = await caches.open(CACHE);
    const keep = async (address) => cache.put(address, await genuine(address));
    await Promise.all(Object.keys(FILES).filter((address) => !LATER.includes(address)).map(keep));
    await Promise.all(LATER.map((address) => carryOver(cache, address)));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

self.addEventListener("install", (event) => event.waitUntil(install()));

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    await Promise.all(
      names
        .filter((name) => name.startsWith("curbstop-app-") && name !== CACHE)
        .map((name) => caches.delete(name)),
    );
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

const LISTED = new Map(Object.keys(FILES).map((address) => [new URL(address, location.href).pathname, address]));

// The kept file; one that the browser has dropped is fetched again, and must be the same. Of everything that was never
// part of the app the network's answer is given.
async function kept(request) {
  const { pathname } = new URL(request.url);
  const address = request.mode === "navigate" ? "./" : LISTED.get(pathname);
  if (address === undefined) return fetch(request);
  const cache = await caches.open(CACHE);
  const found = await cache.match(address);
  if (found) return found;
  const answer = await genuine(address);
  await cache.put(address, answer.clone());
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  const ours = address.origin === location.origin && /^\/(tablet|vendor)\//.test(address.pathname);
  if (request.method === "GET" && ours) event.respondWith(kept(request));
});
