// Reference files kept on the tablet: the district's map, and where every meter is. A download that broke off
// goes on where it stopped, and a file counts only when its hash is the one the server named.

import { Worded } from "../lib/failures.js";
import { read, write } from "../lib/idb.js";

const PART = 512 * 1024; // One part a request: lost signal costs half a megabyte at most.
const LIST = "/api/devices/bundle";

// The kept file as a Blob, or null.
export async function keptFile(name) {
  const kept = await read("files", name);
  return kept?.whole ? kept.blob : null;
}

// Bring every file up to date. `token` gives an access token; `progress` hears {name, got, bytes}.
// Answers the names that changed. Throws when the server cannot be reached; what arrived stays.
export async function refreshBundle(token, progress = () => {}) {
  const headers = { Authorization: `Bearer ${await token()}` };
  const answer = await fetch(LIST, { headers });
  if (!answer.ok) throw new Worded("error.answered", { status: answer.status });
  const { files } = await answer.json();
  const changed = [];
  for (const file of files) {
    const kept = await read("files", file.name);
    if (kept?.whole && kept.sha256 === file.sha256) continue;
    await download(file, kept, token, progress);
    changed.push(file.name);
  }
  return changed;
}

async function download(file, kept, token, progress) {
  let blob = kept && !kept.whole && kept.sha256 === file.sha256 ? kept.blob : new Blob([]);
  while (blob.size < file.bytes) {
    const part = await fetchPart(file, blob.size, await token());
    blob = new Blob([blob, part]);
    await write([["files", file.name, { sha256: file.sha256, blob, whole: false }]]);
    progress({ name: file.name, got: blob.size, bytes: file.bytes });
  }
  const whole = (await hashOf(blob)) === file.sha256;
  await write([["files", file.name, whole ? { sha256: file.sha256, blob, whole } : undefined]]);
  if (!whole) throw new Worded("error.damaged", { name: file.name });
}

async function fetchPart(file, from, token) {
  const until = Math.min(from + PART, file.bytes) - 1;
  const answer = await fetch(file.url, {
    headers: {
      Authorization: `Bearer ${token}`,
      Range: `bytes=${from}-${until}`,
      "If-Range": `"${file.sha256}"`,
    },
  });
  // 200 in answer to a range: the file is another one by now. The next round asks for the list again.
  if (answer.status !== 206) throw new Worded("error.changed", { name: file.name });
  return answer.blob();
}

async function hashOf(blob) {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
