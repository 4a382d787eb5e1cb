// Codes that the office reads out by telephone: what was typed, and what a code says of its time. Pure.
// workorders/policy/phone_codes.py makes them.

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const HEARD_AS = { I: "1", L: "1", O: "0" };
const GROUP = 4;
const REDUCE = 0b100101;
export const LENGTH = 12;
const STAMP = 2;
const STAMPS = 1024;
export const QUARTER_MS = 15 * 60_000;

// What was typed as the letters it stands for, whatever the case, blanks and hyphens.
export const heard = (typed) =>
  (typed ?? "")
    .replaceAll(/[\s\-\u2010-\u2015]+/g, "")
    .toUpperCase()
    .replaceAll(/[ILO]/g, (letter) => HEARD_AS[letter]);

// In groups, as it is read out.
export const spelled = (code) => code.match(new RegExp(`.{1,${GROUP}}`, "g"))?.join("-") ?? "";

// The letter that makes a wrong one, and two that changed places, show.
export function checkLetter(letters) {
  let value = 0;
  for (const letter of letters) {
    value ^= ALPHABET.indexOf(letter);
    value = (value << 1) ^ (value & 16 ? REDUCE : 0);
  }
  return ALPHABET[value];
}

// What is wrong with a code as typed, as { code, … } or null. One that is only too short may still be typed on.
export function codeProblem(typed) {
  const code = heard(typed);
  const strange = [...code].find((letter) => !ALPHABET.includes(letter));
  if (strange) return { code: "code.letter", letter: strange };
  if (code.length > LENGTH) return { code: "code.long", most: LENGTH };
  if (code.length < LENGTH) return { code: "code.short", most: LENGTH, count: code.length, unfinished: true };
  return checkLetter(code.slice(0, -1)) === code.at(-1) ? null : { code: "code.misheard" };
}

// The nine letters that a verifier of the order document is of.
export const proofIn = (code) => code.slice(STAMP, -1);

// The instant (milliseconds) that a code carries, nearest to `now`: of a release its end.
export function stampOf(code, now) {
  const stamp = [...code.slice(0, STAMP)].reduce((value, letter) => value * 32 + ALPHABET.indexOf(letter), 0);
  const quarter = Math.floor(now / QUARTER_MS);
  const apart = ((((stamp - quarter + STAMPS / 2) % STAMPS) + STAMPS) % STAMPS) - STAMPS / 2;
  return (quarter + apart) * QUARTER_MS;
}

// Why a code of this kind does not count now, as { code }, or null. `until`: the end of a release.
export function untimely(kind, until, order, now) {
  if (kind === "recall") return null;
  if (order.cancelled || order.recalled) return { code: "code.called_off" };
  if (now >= until) return { code: "code.ended" };
  return until > now + order.codes.release_minutes * 60_000 + QUARTER_MS ? { code: "code.not_now" } : null;
}

// What the codes that were entered for an order do to it: taken back at an instant, released until another.
export function codesEntered(events) {
  const entered = events.filter(({ event }) => event === "office_code");
  const recall = entered.find(({ body }) => body.kind === "recall");
  const ends = entered.filter(({ body }) => body.kind === "release").map(({ body }) => Date.parse(body.until));
  return { recalledAt: recall?.at ?? null, releasedUntil: ends.length ? Math.max(...ends) : null };
}
