// A photo: taken with the camera, shown small, taken again when it is blurred.

import { t } from "../lib/texts.js";
import { html, nothing } from "../lib/view.js";
import { addPhoto, removePhoto } from "./draft.js";
import { icon } from "./icons.js";

// One address per picture, made once and given back when the picture goes.
const shown = new WeakMap();

function address(blob) {
  if (!shown.has(blob)) shown.set(blob, URL.createObjectURL(blob));
  return shown.get(blob);
}

export function photoInput(draft, name, title, describedBy = "") {
  const blob = draft.photos[name];
  const busy = draft.busy === name;
  const take = (event) => {
    addPhoto(draft, name, event.target.files[0]);
    event.target.value = "";
  };
  return html`<div class="photo" data-taken=${Boolean(blob)}>
    ${blob ? html`<img src=${address(blob)} alt=${t("photo.taken", { title })} />` : nothing}
    <label class="button"
      >${icon("camera")} ${busy ? t("photo.keeping") : blob ? t("photo.again") : t("photo.take")}
      <input
        class="unseen"
        type="file"
        accept="image/*"
        capture="environment"
        aria-label=${title}
        aria-describedby=${describedBy || nothing}
        data-photo=${name}
        @change=${take}
      />
    </label>
    ${blob ? html`<button type="button" class="plain" @click=${() => removePhoto(draft, name)}>${t("photo.remove")}</button>` : nothing}
  </div>`;
}
