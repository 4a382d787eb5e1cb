// Which language this tablet speaks: the one that its technician chose, else the browser's. Before anybody opens the
// app it is the one used last.

import { read, write } from "./idb.js";
import { update } from "./state.js";
import { LANGUAGES, useLanguage } from "./texts.js";

const LAST = "language";
const own = (technician) => `language:${technician}`;

const ofBrowser = () => navigator.languages.map((tag) => tag.slice(0, 2)).find((code) => code in LANGUAGES);

export async function beginLanguage() {
  useLanguage((await read("settings", LAST)) ?? ofBrowser());
}

// The tablet is opened by a technician.
export async function openLanguage(technician) {
  const chosen = await read("settings", own(technician));
  useLanguage(chosen ?? ofBrowser());
  await write([["settings", LAST, chosen]]);
}

export async function chooseLanguage(code, technician) {
  useLanguage(code);
  update();
  await write([
    ["settings", LAST, code],
    ["settings", own(technician), code],
  ]);
}
