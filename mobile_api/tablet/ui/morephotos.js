// Photos that no question asked for, each with a caption.

import { t } from "../lib/texts.js";
import { html, live, nothing } from "../lib/view.js";
import { captionOf, extraPhotos, MOST_EXTRAS, nextExtra } from "../rules/form.js";
import { setValue } from "./draft.js";
import { photoInput } from "./photo.js";

function one(draft, name, index) {
  const title = t("photo.numbered", { index: index + 1 });
  return html`<div class="field extra-photo">
    ${photoInput(draft, name, title)}
    <label class="label" for=${`c-${name}`}>${t("photo.caption")}</label>
    <input
      id=${`c-${name}`}
      maxlength="200"
      autocomplete="off"
      .value=${live(draft.values[captionOf(name)] ?? "")}
      @input=${(event) => setValue(draft, captionOf(name), event.target.value)}
    />
  </div>`;
}

export function morePhotos(draft) {
  const taken = extraPhotos(draft.photos);
  return html`<section class="card">
    <h2>${t("photo.more")}</h2>
    ${taken.map((name, index) => one(draft, name, index))}
    ${taken.length < MOST_EXTRAS ? photoInput(draft, nextExtra(draft.photos), t("photo.add")) : nothing}
  </section>`;
}
