// Which language this tablet speaks: the one chosen on it, else the technician's own, else the browser's.

import { read, write } from "./idb.js";
import { update } from "./state.js";
import { LANGUAGES, useLanguage } from "./texts.js";

const KEY = "language";

let chosen = null;

const ofBrowser = () => navigator.languages.map((tag) => tag.slice(0, 2)).find((code) => code in LANGUAGES);

export async function beginLanguage() {
  chosen = (await read("settings", KEY)) ?? null;
  useLanguage(chosen ?? ofBrowser());
}

// The technician's language, as the office knows it; it gives way to what was chosen on the tablet.
export const suggestLanguage = (code) => useLanguage(chosen ?? code ?? ofBrowser());

export async function chooseLanguage(code) {
  chosen = code;
  useLanguage(code);
  update();
  await write([["settings", KEY, code]]);
}
