// A code that the office reads out by telephone: typed here, checked without a connection.

import { enterCode } from "../data/codes.js";
import { work } from "../data/open.js";
import { Worded, wordsOf } from "../lib/failures.js";
import { app, say, update } from "../lib/state.js";
import { t } from "../lib/texts.js";
import { html, live, nothing } from "../lib/view.js";
import { clockTime } from "../lib/words.js";
import { link, wayOn } from "../lib/router.js";
import { LENGTH, codeProblem, heard, spelled } from "../rules/codes.js";
import { underWay } from "../rules/progress.js";
import { openDraft, setValue, used } from "./draft.js";
import { icon } from "./icons.js";
import { keep } from "./steps.js";

// Whether a code may be entered for the order; where it may, the way there.
export const mayEnter = (order) =>
  Boolean(order.codes) && order.bucket === "todo" && !order.cancelled && !order.recalled;

export const codeLink = (order) =>
  mayEnter(order)
    ? html`<a class="button" href=${link("order", order.number, "code")}>${icon("phone")} ${t("code.enter")}</a>`
    : nothing;

function typed(draft, value) {
  app.ui.refused = null;
  setValue(draft, "code", value);
}

// What is said of the code must be seen, however small the screen.
async function look() {
  await Promise.resolve(); // the page is drawn again first
  const box = document.getElementById("f-code");
  box?.focus({ preventScroll: true });
  box?.closest(".field").scrollIntoView({ block: "center" });
}

async function submit(event, draft, order) {
  event.preventDefault();
  draft.tried = true;
  app.ui.refused = null;
  update();
  if (codeProblem(draft.values.code)) return look();
  const on = wayOn();
  let found = null;
  await keep(
    async () => {
      try {
        found = await enterCode(work.writer, order, draft.values.code, draft);
      } catch (error) {
        if (!(error instanceof Worded)) throw error;
        app.ui.refused = wordsOf(error);
      }
    },
    (reason) => t("not_recorded_kept", { reason }),
  );
  if (!found) return look();
  used(draft);
  const form = found.kind === "release" && underWay(order.progress) ? ["complete"] : [];
  on("order", order.number, ...form);
  if (found.kind === "recall") say(t("code.recalled"), "danger");
  else say(t("code.released", { when: clockTime(found.until) }), "ok");
}

const complaint = (words) =>
  words ? html`<p class="problem" role="alert" id="code-problem">${icon("hazard")}<span>${words}</span></p>` : nothing;

export function codePane(order) {
  const head = html`<header class="order-head">
    <a class="icon-button back always" href=${link("order", order.number)} aria-label=${t("order.back")}>${icon("back")}</a>
    <div>
      <p class="kicker">${order.premise?.address} <span class="quiet">${order.number}</span></p>
      <h1>${t("code.title")}</h1>
    </div>
  </header>`;
  if (!mayEnter(order))
    return html`<article class="pane detail" data-page>
      ${head}
      <p class="empty">${t(order.cancelled || order.recalled ? "code.called_off" : "code.none")}</p>
    </article>`;
  const draft = openDraft(order, "code");
  if (!draft) return html`<article class="pane detail" data-page aria-busy="true"></article>`;
  const value = draft.values.code ?? "";
  const problem = codeProblem(value);
  const said = problem && (draft.tried || !problem.unfinished) && value ? t(problem.code, problem) : null;
  const needed = draft.tried && !value ? t("problem.needed") : null;
  const words = app.ui.refused ?? said ?? needed;
  return html`<article class="pane detail" data-page>
    ${head}
    <form novalidate @submit=${(event) => submit(event, draft, order)}>
      <section class="card">
        <div class="field" data-field="code">
          <label class="label" for="f-code">${t("code.label")}</label>
          <input
            id="f-code"
            class="big code"
            autocapitalize="characters"
            autocomplete="off"
            autocorrect="off"
            spellcheck="false"
            maxlength="40"
            aria-describedby="code-help${words ? " code-problem" : ""}"
            aria-invalid=${words ? "true" : "false"}
            .value=${live(value)}
            @input=${(event) => typed(draft, event.target.value)}
          />
          ${complaint(words)}
          <p class="code-heard" aria-hidden="true">${spelled(heard(value).padEnd(LENGTH, "·"))}</p>
          <p class="help" id="code-help">${t("code.help", { most: LENGTH })}</p>
        </div>
      </section>
      <div class="actions">
        <span class="since">${t("code.counts_once")}</span>
        <button class="primary" ?disabled=${app.recording}>${app.recording ? t("code.checking") : t("code.check")}</button>
      </div>
    </form>
  </article>`;
}
