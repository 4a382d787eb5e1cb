// A cancel or recall that reaches the technician: mid-work it is their choice, and the choice is recorded.

import { work } from "../data/open.js";
import { app } from "../lib/state.js";
import { said, t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { when } from "../lib/words.js";
import { mustChoose, underWay } from "../rules/progress.js";
import { icon } from "./icons.js";
import { keep } from "./steps.js";

const decide = (order, choice) =>
  keep(async () => {
    await work.writer.write("cancel_seen", order, { choice });
    if (choice === "back_out") await work.writer.write("backed_out", order, {});
  });

export function changeBanner(order) {
  const change = order.cancelled ?? order.recalled;
  if (!change) return nothing;
  const at = { when: when(change.at) };
  const taken = order.recalled?.by_code ? t("change.recalled_code", at) : t("change.recalled", at);
  const head = html`<p><b>${order.cancelled ? t("change.cancelled", at) : taken}</b> ${said(change.reason, change.said)}</p>`;
  if (mustChoose(order))
    return html`<section class="change" data-tone="danger" role="alert">
      ${icon("hazard")}
      <div>
        ${head}
        <p>${t("change.decide")}</p>
        <div class="choices">
          <button ?disabled=${app.recording} @click=${() => decide(order, "back_out")}>${t("change.back_out")}</button>
          <button ?disabled=${app.recording} @click=${() => decide(order, "finish")}>
            ${t("change.finish")}
          </button>
        </div>
      </div>
    </section>`;
  const after = underWay(order.progress)
    ? t("change.finishing")
    : order.progress === "backed_out"
      ? t("change.backed_out")
      : t("change.over");
  return html`<section class="change">
    ${icon("hazard")}
    <div>
      ${head}
      <p>${after}</p>
    </div>
  </section>`;
}
