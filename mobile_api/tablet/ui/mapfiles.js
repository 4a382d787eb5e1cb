// Getting the map's files onto the tablet, and handing them to the map.

import { keptFile, refreshBundle } from "../data/bundle.js";
import { work } from "../data/open.js";
import { app, update } from "../lib/state.js";
import { wordsOf } from "../lib/failures.js";
import { t } from "../lib/texts.js";

const TILES = "district.pmtiles";

const dark = () =>
  app.theme === "dark" || (app.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);

// The tiles as a Blob and the style that fits the tablet's appearance; null while they are not here.
export async function mapFiles() {
  const [tiles, style] = await Promise.all([
    keptFile(TILES),
    keptFile(dark() ? "style-dark.json" : "style-light.json"),
  ]);
  return tiles && style ? { tiles, style: JSON.parse(await style.text()) } : null;
}

// Fetch what is missing or changed. Called by a person, and quietly after each sync.
export async function refreshMap() {
  const onProgress = ({ name, got, bytes }) => {
    app.ui.mapState = `${name} ${Math.round((100 * got) / bytes)} %`;
    update();
  };
  try {
    await refreshBundle(() => work.sync.session.token(), onProgress);
    Object.assign(app.ui, { mapFailure: null, mapKept: (await mapFiles()) !== null });
  } catch (error) {
    app.ui.mapFailure = t("map.failed", { reason: wordsOf(error) });
  }
  app.ui.mapState = null;
  update();
}

const LOOK_EVERY_MS = 5_000;
const FRESH_MS = 3_600_000;

// Look for newer files about once an hour, whenever the server is heard.
export function keepMapFresh() {
  let lookedAt = -FRESH_MS;
  let busy = false;
  setInterval(async () => {
    const due = performance.now() - lookedAt >= FRESH_MS;
    if (!due || busy || !work || app.sync.phase !== "online") return;
    busy = true;
    await refreshMap();
    if (!app.ui.mapFailure) lookedAt = performance.now();
    busy = false;
  }, LOOK_EVERY_MS);
}
