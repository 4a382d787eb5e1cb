// What went wrong, in words that say what to do.

import { isFull } from "./reserve.js";
import { known, t } from "./texts.js";

// An error whose words are a text of the catalogue.
export class Worded extends Error {
  constructor(code, params = {}, options = undefined) {
    super(code, options);
    Object.assign(this, { code, params });
  }
}

// A Problem of the server's is said by its code where there is a text for it, else in the server's own words.
export function wordsOf(error) {
  if (error instanceof Worded) return t(error.code, error.params);
  if (isFull(error)) return `${t("storage.full")} ${t("storage.full_advice")}`;
  if (error?.code && known(`error.${error.code}`)) return t(`error.${error.code}`, error.details);
  return [error?.message ?? error?.reason ?? String(error), error?.advice].filter(Boolean).join(" ");
}
