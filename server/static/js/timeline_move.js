// What a move would break, asked of the server while it is only thought of: beside the pointer, or in the dialog.
const lanes = document.getElementById("lanes");
const floating = document.getElementById("move-breaks");
const REST_MS = 90; // a pointer that passes over lanes asks for none of them
const APART = 16; // pixels from the pointer
let timer;
let asked = 0;

/** `where`: the element that shows the answer, or a place [x, y] of the window beside which it floats. */
export function askWhatBreaks(numbers, technician, before, where) {
  clearTimeout(timer);
  const mine = ++asked;
  timer = setTimeout(async () => {
    const address = new URL(lanes.dataset.judge, location.href);
    for (const [name, value] of Object.entries({ orders: numbers.join(","), technician, before })) address.searchParams.set(name, value);
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" } });
      const html = await answer.text();
      if (mine === asked) show(html, where);
    } catch (error) {
      console.warn(error); // the move itself says when the server cannot be reached
      if (mine === asked) hideWhatBreaks();
    }
  }, REST_MS);
}

function show(html, where) {
  const box = Array.isArray(where) ? floating : where;
  box.innerHTML = html;
  if (box !== floating) return;
  floating.hidden = false;
  const { width, height } = floating.getBoundingClientRect();
  const [x, y] = where;
  floating.style.left = `${Math.max(4, Math.min(x + APART, innerWidth - width - 4))}px`;
  floating.style.top = `${y + APART + height > innerHeight ? Math.max(4, y - APART - height) : y + APART}px`;
}

export function hideWhatBreaks() {
  clearTimeout(timer);
  asked++;
  floating.hidden = true;
}
