// Photos made smaller before they are kept: a meter is readable at 1,600 pixels, and the day's photos then
// fit through a thin connection.

import { Worded } from "../lib/failures.js";

const DEFAULTS = { max_pixels: 1600, quality: 0.8 };

// A JPEG of the picture, no side longer than the settings allow. Throws when the file is not a picture.
export async function shrink(file, settings = {}) {
  const { max_pixels, quality } = { ...DEFAULTS, ...settings };
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch (error) {
    throw new Worded("error.picture", {}, { cause: error });
  }
  const scale = Math.min(1, max_pixels / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  if (!blob) throw new Worded("error.photo_kept");
  return blob;
}
