// Photos made smaller before they are kept: a meter is readable at 1,600 pixels, and the day's photos then
// fit through a thin connection.

import { Worded } from "../lib/failures.js";

const DEFAULTS = { max_pixels: 1600, quality: 0.8, max_bytes: 400_000 };
const COARSER = 0.75; // how much of quality or size is left at each further try
const LOWEST_QUALITY = 0.5; // below this, digits blur before the picture gets smaller

// A JPEG of the picture, no side longer and no more bytes than the settings allow. Throws when it is not a picture.
export async function shrink(file, settings = {}) {
  const { max_pixels, quality, max_bytes } = { ...DEFAULTS, ...settings };
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch (error) {
    throw new Worded("error.picture", {}, { cause: error });
  }
  let scale = Math.min(1, max_pixels / Math.max(picture.width, picture.height));
  let fineness = quality;
  let blob = await drawn(picture, scale, fineness);
  while (blob && blob.size > max_bytes) {
    if (fineness * COARSER >= LOWEST_QUALITY) fineness *= COARSER;
    else scale *= COARSER;
    blob = await drawn(picture, scale, fineness);
  }
  picture.close();
  if (!blob) throw new Worded("error.photo_kept");
  return blob;
}

function drawn(picture, scale, quality) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}
