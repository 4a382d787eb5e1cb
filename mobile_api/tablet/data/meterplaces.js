// Where every installed meter of the district is, from the index that is kept for work without a connection.

import { update } from "../lib/state.js";
import { sameSerial } from "../rules/reads.js";
import { keptFile } from "./bundle.js";

const INDEX = "meters.tsv.gz";
const found = new Map(); // serial → { point, address }, null when it is nowhere, undefined while it is looked up

async function look(serial) {
  const kept = await keptFile(INDEX);
  if (!kept) return null;
  const text = await new Response(kept.stream().pipeThrough(new DecompressionStream("gzip"))).text();
  for (const line of text.split("\n")) {
    const [known, point, address] = line.split("\t");
    if (address && sameSerial(known) === serial) return { point, address };
  }
  return null;
}

// The place of a meter by its serial, or null while it is not known; the page is drawn again when it is.
export function placeOfMeter(typed) {
  const serial = sameSerial(typed);
  if (serial.length < 2) return null;
  if (!found.has(serial)) {
    found.set(serial, undefined);
    look(serial)
      .catch((error) => (console.warn("no index of meters:", error), null))
      .then((place) => (found.set(serial, place), update()));
  }
  return found.get(serial) ?? null;
}
