// Handing a destination over to the device's navigation, by links that work there. Pure.

export const NAVIGATORS = ["auto", "google", "apple", "waze", "none"];

// What kind of device this is. An iPad says it is a Mac, but a Mac has no touch screen.
export function platformOf(userAgent, touchPoints = 0) {
  if (/Android/i.test(userAgent)) return "android";
  if (/iPad|iPhone|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1)) return "ios";
  return "desktop";
}

const LINKS = {
  geo: ({ at, label }) => `geo:${at}?q=${at}(${encodeURIComponent(label)})`,
  google: ({ at }) => `https://www.google.com/maps/dir/?api=1&travelmode=driving&destination=${encodeURIComponent(at)}`,
  apple: ({ at }) => `https://maps.apple.com/?dirflg=d&daddr=${encodeURIComponent(at)}`,
  waze: ({ at }) => `https://waze.com/ul?navigate=yes&ll=${encodeURIComponent(at)}`,
};

const USUAL = { android: "geo", ios: "apple", desktop: "google" };

// The link that begins directions to `position` ([longitude, latitude], degrees), or null: no place, or the
// technician wants none. `chosen` is one of NAVIGATORS.
export function directionsTo(position, label, platform, chosen = "auto") {
  if (!position || chosen === "none") return null;
  const [lon, lat] = position;
  return LINKS[chosen === "auto" ? USUAL[platform] : chosen]({ at: `${lat},${lon}`, label });
}
