// The camera over the whole page until it has read a label, or the technician types instead.

import { hasTorch, openCamera, scanner, setTorch } from "../data/scanner.js";
import { app, update } from "../lib/state.js";
import { t } from "../lib/texts.js";
import { html, nothing, ref } from "../lib/view.js";
import { icon } from "./icons.js";

const LOOK_EVERY_MS = 150;
const BUZZ_MS = 80;

let scan = null; // { title, found, stream, torch, problem }

// Show the camera; `found` is called with the text of the first label that `accept` makes something of.
function startScan(title, accept, found) {
  stopScan();
  scan = { title, accept, found, stream: null, torch: false, problem: null, from: document.activeElement };
  update();
}

function stopScan() {
  if (!scan) return;
  for (const track of scan.stream?.getTracks() ?? []) track.stop();
  const { from } = scan;
  scan = null;
  update();
  setTimeout(() => from?.isConnected && from.focus());
}

function failed(mine, words) {
  if (scan !== mine) return;
  mine.problem = words;
  update();
}

// The video element has come or gone. The same function at every drawing, so that the picture stays.
async function onVideo(video) {
  const mine = scan;
  if (!video || !mine || mine.stream) return;
  try {
    mine.stream = await openCamera();
  } catch (error) {
    console.warn("no camera:", error);
    return failed(mine, error.name === "NotAllowedError" ? t("scan.not_allowed") : t("scan.no_camera"));
  }
  if (scan !== mine) return mine.stream.getTracks().forEach((track) => track.stop());
  video.srcObject = mine.stream;
  update();
  try {
    await video.play();
    await look(mine, video, await scanner());
  } catch (error) {
    console.warn("no reader:", error);
    failed(mine, t("scan.no_reader"));
  }
}

async function look(mine, video, reader) {
  while (scan === mine) {
    const labels = video.readyState >= 2 ? await reader.detect(video) : [];
    if (scan !== mine) return;
    const text = labels.map(({ rawValue }) => mine.accept(rawValue)).find(Boolean);
    if (text) {
      navigator.vibrate?.(BUZZ_MS);
      stopScan();
      return mine.found(text);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

// The button says what the lamp does, not what was asked of it.
async function toggleTorch() {
  const mine = scan;
  try {
    await setTorch(mine.stream, !mine.torch);
    mine.torch = !mine.torch;
    update();
  } catch (error) {
    console.warn("no light:", error);
    failed(mine, t("scan.no_light"));
  }
}

export function scanOverlay() {
  if (!scan) return nothing;
  return html`<section
    class="scan"
    role="dialog"
    aria-modal="true"
    aria-label=${t("scan.of", { title: scan.title })}
    @keydown=${(event) => event.key === "Escape" && stopScan()}
  >
    <video ${ref(onVideo)} muted playsinline></video>
    <div class="scan-frame" aria-hidden="true"></div>
    <p class="scan-words" role="status">${scan.problem ?? t("scan.hold", { title: scan.title })}</p>
    <div class="scan-tools">
      ${hasTorch(scan.stream) ? html`<button aria-pressed=${scan.torch} @click=${toggleTorch}>${icon("torch")} ${t("scan.torch")}</button>` : nothing}
      <button class="primary" autofocus @click=${stopScan}>${t("scan.type")}</button>
    </div>
  </section>`;
}

export const scanButton = (title, accept, found) =>
  html`<button type="button" class="scan-button" aria-label=${t("scan.label")} aria-description=${title} title=${t("scan.label")} @click=${() => startScan(title, accept, found)}>
    ${icon("scan")}
  </button>`;
