// Reads barcodes and QR codes without a connection: with the browser's own reader where it has one that knows the
// labels of the trade, else with a reader in WebAssembly that is kept with the app.

import { FORMATS } from "../rules/scan.js";

const READER = "/vendor/barcode-detector/dist/es/ponyfill.js";
const DECODER = "/vendor/barcode-detector/dist/es/zxing-exported.js";
const WASM = "/vendor/zxing-wasm/dist/reader/zxing_reader.wasm";
const NEEDED = ["code_128", "code_39", "qr_code"];

async function ownFormats() {
  const known = (await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? [];
  return NEEDED.every((format) => known.includes(format)) ? FORMATS.filter((format) => known.includes(format)) : null;
}

let reader;

async function make() {
  const formats = await ownFormats();
  if (formats) return new globalThis.BarcodeDetector({ formats });
  const { BarcodeDetector, prepareZXingModule } = await import(READER);
  await prepareZXingModule({ overrides: { locateFile: () => WASM }, fireImmediately: true });
  return new BarcodeDetector({ formats: FORMATS });
}

// The reader: its `detect(source)` answers [{ rawValue, format }]. Throws when it cannot be loaded.
export function scanner() {
  reader ??= make().catch((error) => {
    reader = undefined;
    throw error;
  });
  return reader;
}

// Fetch what the reader needs while there is a connection, so that it is here in the field.
export async function keepScanner() {
  if (navigator.onLine && !(await ownFormats())) await Promise.all([READER, DECODER, WASM].map((address) => fetch(address)));
}

// The rear camera's picture. Throws what getUserMedia throws: no camera, or not allowed.
export const openCamera = () =>
  navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } },
  });

export const hasTorch = (stream) => Boolean(stream?.getVideoTracks()[0]?.getCapabilities?.().torch);

export const setTorch = (stream, on) => stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
