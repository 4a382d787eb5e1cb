// Serves the app from the tablet. VERSION and FILES are put before this text by the server: a changed file is
// another VERSION, and then everything is fetched into a cache of its own before the old one is touched.

const CACHE = `curbstop-app-${VERSION}`;

self.addEventListener("install", (event) => {
  const fetches = FILES.map(
    (address) => new Request(address, { cache: address.startsWith("/vendor/") ? "default" : "no-cache" }),
  );
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fetches)));
});

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

async function kept(request) {
  const cache = await caches.open(CACHE);
  const wanted = request.mode === "navigate" ? "./" : request;
  return (await cache.match(wanted, { ignoreSearch: request.mode === "navigate" })) ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  const ours = address.origin === location.origin && /^\/(tablet|vendor)\//.test(address.pathname);
  if (request.method === "GET" && ours) event.respondWith(kept(request));
});
