// What people read, by code, in the language of whoever works on this tablet. `texts/en.js` has every code.

import en from "../texts/en.js";
import es from "../texts/es.js";

export const LANGUAGES = { en, es };

let language = "en";
let plurals = new Intl.PluralRules(language);

export const currentLanguage = () => language;

// An unknown language is English.
export function useLanguage(code) {
  language = code in LANGUAGES ? code : "en";
  plurals = new Intl.PluralRules(language);
  if (globalThis.document) document.documentElement.lang = language;
}

const filled = (text, params) =>
  text.replaceAll(/\{(\w+)\}/g, (hole, name) => (params[name] === undefined || params[name] === null ? "–" : params[name]));

// The text of a code with its {parameters}; of several forms the one for `params.count`. A code without a text in this
// language is shown in English, and an unknown one as it is.
export function t(code, params = {}) {
  const text = LANGUAGES[language].words[code] ?? en.words[code] ?? code;
  return filled(typeof text === "string" ? text : (text[plurals.select(params.count)] ?? text.other), params);
}

// Whether there is a text for a code that came from the server.
export const known = (code) => code in en.words;

// A sentence of the server, which comes in English and in the other languages by code.
export const said = (english, others) => others?.[language] ?? english ?? "";

// What the server wrote in English (titles of order types and their questions), in this language where it is known.
export const served = (text) => LANGUAGES[language].served[text] ?? text;
