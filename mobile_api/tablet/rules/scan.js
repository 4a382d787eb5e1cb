// What a barcode says, made fit for the field it was scanned for. Pure.

import { sameSerial } from "./reads.js";

export const FORMATS = ["code_128", "code_39", "code_93", "codabar", "itf", "ean_13", "upc_a", "qr_code", "data_matrix", "pdf417"];
const LONGEST = 40;

// The readable part of a label: of an address the last piece, of "SN: CB-77; 5/8" what follows the name.
function core(text) {
  const plain = text.trim().replaceAll(/[\u0000-\u001f]+/g, " ");
  const piece = /^https?:\/\//i.test(plain) ? decodeURIComponent(plain.split(/[/?#=]/).filter(Boolean).at(-1)) : plain;
  const named = /(?:^|[\s;,|])(?:S\/?N|SER(?:IAL)?(?: ?NO\.?)?|METER)\s*[:=#]?\s*([A-Z0-9-]{2,})/i.exec(piece);
  return (named?.[1] ?? piece).trim();
}

// The text that a scanned label puts into a field. A serial on record that stands anywhere in the label is meant;
// `known` are those serials. Null when there is nothing usable in it.
export function scanned(text, known = []) {
  const joined = sameSerial(text);
  const found = known.filter((serial) => sameSerial(serial).length > 2 && joined.includes(sameSerial(serial)));
  if (found.length) return found.reduce((best, serial) => (serial.length > best.length ? serial : best));
  return core(text).slice(0, LONGEST) || null;
}

const SCANNED_MEANINGS = new Set(["seal", "lock", "serial_seen"]);
const SCANNED_NAMES = /(^|_)(seal|lock|receipt|endpoint|serial|tag)(_|$)/;

// Whether a field's answer stands on something with a label.
export const mayScan = ({ type, means, name }) =>
  type === "serial" || (type === "text" && (SCANNED_MEANINGS.has(means) || SCANNED_NAMES.test(name)));
