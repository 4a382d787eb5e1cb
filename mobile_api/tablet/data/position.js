// The last place the tablet knew itself to be. Facts are never held back for it; an old fix is not used.

const GOOD_FOR_MS = 3 * 60_000;

let fix = null;
let watch = null;
const listeners = new Set();

// Called with every new fix.
export const onFix = (listener) => listeners.add(listener);

export function beginWatching() {
  if (watch !== null || !navigator.geolocation) return;
  const keep = ({ coords, timestamp }) => {
    fix = {
      at: Date.now(),
      time: new Date(timestamp).toISOString(),
      position: {
        lon: coords.longitude,
        lat: coords.latitude,
        accuracy_m: Math.round(coords.accuracy * 10) / 10,
      },
    };
    for (const listener of listeners) listener(fix);
  };
  watch = navigator.geolocation.watchPosition(keep, () => {}, {
    enableHighAccuracy: true,
    maximumAge: 30_000,
  });
}

// Watch from the start only where the person has already agreed; otherwise at the first step of an order.
export async function watchIfAllowed() {
  const state = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
  if (state?.state === "granted") beginWatching();
}

export function stopWatching() {
  if (watch !== null) navigator.geolocation.clearWatch(watch);
  watch = fix = null;
}

export const lastFix = () => (fix && Date.now() - fix.at < GOOD_FOR_MS ? fix : null);
