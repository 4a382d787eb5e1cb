// A code from the office is held against what the order carries, without a connection, and spent once.

import { serverNow } from "../lib/clock.js";
import { pbkdf2 } from "../lib/crypto.js";
import { Worded } from "../lib/failures.js";
import { read, write } from "../lib/idb.js";
import { dayTime } from "../lib/words.js";
import { heard, proofIn, stampOf, untimely } from "../rules/codes.js";

const VERIFIER_BITS = 128;
const NONE = { wrong: 0, total: 0, until: 0 };

const triesKey = (profile) => `codes:${profile.technician.id}`;
const spentKey = (order, { kind, counter }) => `code:${order.number}:${order.epoch}:${kind}:${counter}`;

// Which prepared code it is, with when it ends, or null.
async function recognised(order, code) {
  for (const { kind, counter, salt, verifier } of order.codes.prepared)
    if ((await pbkdf2(proofIn(code), salt, order.codes.rounds, VERIFIER_BITS)) === verifier)
      return { kind, counter, code, until: kind === "release" ? stampOf(code, serverNow()) : null };
  return null;
}

// A wrong code is counted on the disk, so that opening the app anew gives no further tries.
async function wrong(profile, order, tries) {
  const { wrong_tries: most, pause_minutes: minutes } = order.codes;
  const count = tries.wrong + 1;
  const paused = count >= most;
  const until = paused ? Date.now() + minutes * 60_000 : 0;
  await write([["counters", triesKey(profile), { wrong: paused ? 0 : count, total: tries.total + 1, until }]]);
  if (paused) throw new Worded("code.paused", { when: dayTime(until) });
  throw new Worded("code.wrong", { count: most - count });
}

// Check what was typed and record it. Answers { kind, until }; throws Worded with why it does not count.
export async function enterCode(writer, order, typed, draft) {
  const { profile } = writer;
  const tries = (await read("counters", triesKey(profile))) ?? NONE;
  if (Date.now() < tries.until) throw new Worded("code.paused", { when: dayTime(tries.until) });
  const found = await recognised(order, heard(typed));
  if (!found) await wrong(profile, order, tries);
  const against = untimely(found.kind, found.until, order, serverNow());
  if (against) throw new Worded(against.code, { when: found.until && dayTime(found.until) });
  await writer.write("office_code", order, () => spent(order, found, profile, tries), { drop: draft });
  return found;
}

// What is kept with the fact, by the one writer: the code is spent in the same moment.
async function spent(order, found, profile, tries) {
  const key = spentKey(order, found);
  if (await read("counters", key)) throw new Worded("code.spent");
  const until = found.until && new Date(found.until).toISOString();
  return {
    body: { code: found.code, kind: found.kind, until, wrong: tries.total },
    changes: [
      ["counters", key, 1],
      ["counters", triesKey(profile), undefined],
    ],
  };
}
