// The technicians enrolled on this tablet: each with a key, a database, a receipt block and a PIN of their own.

import { makeKey, pinHash, publicJwk, randomId, sign } from "../lib/crypto.js";
import { learn, serverNow } from "../lib/clock.js";
import { entries, read, write } from "../lib/idb.js";
import { app, VERSION } from "../lib/state.js";
import { post, Refused } from "./api.js";

const FREE_TRIES = 5;
const seconds = () => Math.floor(serverNow() / 1000);

export async function loadProfiles() {
  const found = await entries("profiles");
  return found
    .map(([, profile]) => profile)
    .sort((a, b) => a.technician.name.localeCompare(b.technician.name));
}

export const plainCode = (typed) =>
  typed.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");

// Use an enrolment code up: make a key, prove it, and keep what the office gives. `others` are the profiles
// already here; one of them vouches that the newcomer joins this tablet.
export async function enrol({ code, name, pin, others }) {
  const key = await keyFor(plainCode(code));
  const first = await attempt(code, name, key, others);
  const salt = randomId();
  const profile = {
    technician: first.technician,
    device: first.device,
    database: first.database,
    couch_url: first.couch_url,
    receipts: first.receipts,
    counter: first.counter,
    grant: first.grant,
    tablet_name: name,
    key,
    pin: { salt, hash: await pinHash(pin, salt) },
  };
  await write([
    ["profiles", profile.technician.id, profile],
    ["settings", "enrolling", undefined],
  ]);
  app.storage.persisted = (await navigator.storage?.persist?.()) ?? false;
  return { profile, session: first };
}

// The key is kept before the code is sent: if the answer gets lost, the same key may ask again.
async function keyFor(code) {
  const kept = await read("settings", "enrolling");
  if (kept?.code === code) return kept.key;
  const key = await makeKey();
  await write([["settings", "enrolling", { code, key }]]);
  return key;
}

async function attempt(code, name, key, others, again = true) {
  const plain = plainCode(code);
  const claims = { aud: "curbstop:enrol", iat: seconds(), jti: randomId(), code: plain };
  const body = {
    code,
    name,
    public_jwk: await publicJwk(key),
    proof: await sign(key, claims),
    app_version: VERSION,
  };
  if (others.length) {
    const voucher = others[0];
    body.device = voucher.device;
    const vouch = {
      aud: "curbstop:join",
      iss: voucher.device,
      sub: voucher.technician.id,
      iat: seconds(),
      jti: randomId(),
      code: plain,
    };
    body.vouched = await sign(voucher.key, vouch);
    // Shows who this is to an office whose records were put back from before the enrolment.
    body.grant = voucher.grant ?? null;
  }
  const askedAt = Date.now();
  try {
    const answer = await post("enrol", body);
    learn(answer.server_time, askedAt);
    return answer;
  } catch (error) {
    if (!again || !skewed(error, askedAt)) throw error;
    return attempt(code, name, key, others, false);
  }
}

// A wrong clock is corrected from the refusal, and the caller may try once more.
export function skewed(error, askedAt) {
  if (!(error instanceof Refused) || error.code !== "clock_skew") return false;
  learn(error.details.server_time, askedAt);
  return true;
}

// Check a PIN. After a few wrong ones the wait doubles each time. Answers { ok, wait } with seconds to wait.
export async function tryPin(profile, pin) {
  const key = `pin:${profile.technician.id}`;
  const tries = (await read("settings", key)) ?? { wrong: 0, until: 0 };
  const wait = Math.ceil((tries.until - Date.now()) / 1000);
  if (wait > 0) return { ok: false, wait };
  const ok = (await pinHash(pin, profile.pin.salt)) === profile.pin.hash;
  if (ok) {
    await write([["settings", key, undefined]]);
    return { ok, wait: 0 };
  }
  const wrong = tries.wrong + 1;
  const pause = wrong < FREE_TRIES ? 0 : Math.min(30 * 2 ** (wrong - FREE_TRIES), 3600);
  await write([["settings", key, { wrong, until: Date.now() + pause * 1000 }]]);
  return { ok, wait: pause };
}
