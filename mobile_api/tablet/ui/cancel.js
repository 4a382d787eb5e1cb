// A cancel or recall that reaches the technician: mid-work it is their choice, and the choice is recorded.

import { work } from "../data/open.js";
import { app, say, update } from "../lib/state.js";
import { html, nothing } from "../lib/view.js";
import { when } from "../lib/words.js";
import { mustChoose, underWay } from "../rules/progress.js";
import { icon } from "./icons.js";

async function decide(order, choice) {
  if (app.ui.recording) return;
  app.ui.recording = true;
  update();
  try {
    await work.writer.write("cancel_seen", order, { choice });
    if (choice === "back_out") await work.writer.write("backed_out", order, {});
  } catch (error) {
    say(`Not recorded: ${error.message}`, "danger");
  }
  app.ui.recording = false;
  update();
}

export function changeBanner(order) {
  const change = order.cancelled ?? order.recalled;
  if (!change) return nothing;
  const what = order.cancelled ? "This order was cancelled" : "This order was taken back";
  const head = html`<p><b>${what} at ${when(change.at)}.</b> ${change.reason ?? ""}</p>`;
  if (mustChoose(order))
    return html`<section class="change" data-tone="danger" role="alert">
      ${icon("hazard")}
      <div>
        ${head}
        <p>You have already set out. Decide what happens with the work; the office sees your choice.</p>
        <div class="choices">
          <button ?disabled=${app.ui.recording} @click=${() => decide(order, "back_out")}>Back out</button>
          <button ?disabled=${app.ui.recording} @click=${() => decide(order, "finish")}>
            Finish the work
          </button>
        </div>
      </div>
    </section>`;
  const after = underWay(order.progress)
    ? "You chose to finish it."
    : order.progress === "backed_out"
      ? "You backed out."
      : "Nothing is left to do.";
  return html`<section class="change">
    ${icon("hazard")}
    <div>
      ${head}
      <p>${after}</p>
    </div>
  </section>`;
}
