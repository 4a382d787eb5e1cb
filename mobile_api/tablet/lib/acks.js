// What the office answered to a report: by its code where this tablet has a text for it, else in the office's words.

import { known, t } from "./texts.js";

export const ackWords = ({ code, params, words }) =>
  code && known(`ack.${code}`) ? t(`ack.${code}`, params) : (words ?? "");
