// The access token: kept in memory only, renewed before it ends by a proof of this profile's key.

import { learn, serverNow } from "../lib/clock.js";
import { randomId, sign } from "../lib/crypto.js";
import { read, write } from "../lib/idb.js";
import { VERSION } from "../lib/state.js";
import { post } from "./api.js";
import { skewed } from "./profiles.js";

// A replication request may run for a while; a token must not end under it. Of a short-lived one half is spared.
const SPARE_MS = 3 * 60_000;

export class Session {
  #token = null;
  #renewAt = 0;
  #asking = null;

  constructor(profile, first = null) {
    this.profile = profile;
    if (first) this.#keep(first);
  }

  // A token good for some minutes. Throws Refused (device_revoked, not_allowed …) or Unreachable.
  async token() {
    if (this.#token && serverNow() < this.#renewAt) return this.#token;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    await this.#asking;
    return this.#token;
  }

  // The server said no to this token; ask for another one next time.
  drop(token) {
    if (token === this.#token) this.#token = null;
  }

  async #ask(again = true) {
    const { device, technician, key } = this.profile;
    const counter = (await read("counters", device)) ?? 0;
    const claims = {
      aud: "curbstop:session",
      iss: device,
      sub: technician.id,
      iat: Math.floor(serverNow() / 1000),
      jti: randomId(),
    };
    const askedAt = Date.now();
    try {
      const answer = await post("session", {
        assertion: await sign(key, claims),
        counter,
        app_version: VERSION,
      });
      learn(answer.server_time, askedAt);
      this.#keep(answer);
      await this.#remember(answer);
    } catch (error) {
      if (!again || !skewed(error, askedAt)) throw error;
      await this.#ask(false);
    }
  }

  #keep(answer) {
    this.#token = answer.token;
    const [ends, begins] = [answer.expires_at, answer.server_time].map((time) => new Date(time).getTime());
    this.#renewAt = ends - Math.min(SPARE_MS, (ends - begins) / 2);
  }

  // Where to replicate may move; the counter never falls below what the server has seen of this tablet.
  async #remember(answer) {
    const { device, technician } = this.profile;
    const counter = (await read("counters", device)) ?? 0;
    const changes = [];
    if (answer.counter > counter) changes.push(["counters", device, answer.counter]);
    const { couch_url, technician: named, grant } = answer;
    const moved = couch_url !== this.profile.couch_url || named.name !== technician.name;
    // Each answer signs it anew; what it says stays the same.
    if (moved || !this.profile.grant) {
      Object.assign(this.profile, { couch_url, technician: named, grant });
      changes.push(["profiles", technician.id, this.profile]);
    }
    if (changes.length) await write(changes);
  }
}
