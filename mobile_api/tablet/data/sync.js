// Live replication both ways, kept going over sleep, dead spots and ended tokens. PouchDB's own feeds do not
// survive a sleeping tablet, so they are restarted when it wakes, comes online, or has heard nothing for a while.

import { read, write } from "../lib/idb.js";
import { app, update } from "../lib/state.js";
import { Refused } from "./api.js";
import { Confirmations } from "./confirmations.js";
import { pullFeed, pushFeed } from "./feeds.js";
import { PutAway } from "./putaway.js";

const BEAT_MS = 30_000; // how stale "synced" may be while the connection looks fine
const SILENCE_MS = 75_000;
const LONGEST_PAUSE_MS = 60_000;
const PATIENCE_MS = 15_000; // a dead spot swallows requests without an error

const within = (limit, promise) =>
  Promise.race([
    promise,
    new Promise((_, reject) => setTimeout(() => reject(new Error("The server does not answer.")), limit)),
  ]);

export class Sync {
  constructor(profile, database, session, onRevoked) {
    Object.assign(this, { profile, database, session, onRevoked });
    this.pause = 1000;
    this.stopped = false;
  }

  async start() {
    app.sync.lastSynced = (await read("settings", `synced:${this.profile.technician.id}`)) ?? null;
    this.confirmations = new Confirmations(this.profile, this.database);
    await this.confirmations.load();
    this.putAway = new PutAway(this.profile, this.database, this.confirmations);
    this.wake = () => document.visibilityState === "visible" && this.restart();
    this.lost = () => {
      this.#cancel();
      this.#phase("offline");
    };
    addEventListener("online", this.wake);
    addEventListener("offline", this.lost);
    document.addEventListener("visibilitychange", this.wake);
    this.timer = setInterval(() => this.#beat(), BEAT_MS);
    this.restart();
  }

  stop() {
    this.stopped = true;
    removeEventListener("online", this.wake);
    removeEventListener("offline", this.lost);
    document.removeEventListener("visibilitychange", this.wake);
    clearInterval(this.timer);
    this.#cancel();
  }

  // Begin afresh. Safe to call at any time; a run that another one replaced says nothing any more.
  async restart() {
    this.#cancel();
    if (this.stopped) return;
    if (!navigator.onLine) return this.#phase("offline");
    const run = (this.run = {});
    this.#phase("syncing");
    try {
      await this.session.token();
      if (this.run === run) this.#replicate(run);
    } catch (error) {
      if (this.run === run) this.#failed(error);
    }
  }

  #replicate(run) {
    const remote = (run.remote = this.#remote());
    const { replicate } = this.database.pouch;
    run.pull = replicate.from(remote, { ...pullFeed, live: true });
    run.push = replicate.to(remote, { ...pushFeed(this.profile.device), live: true });
    const quiet = new Set();
    for (const [name, feed] of [
      ["pull", run.pull],
      ["push", run.push],
    ]) {
      feed.catch(() => {}); // reported by the error event
      feed.on("active", () => quiet.delete(name));
      feed.on("change", () => this.run === run && this.#heard(run));
      feed.on("paused", (error) => {
        if (this.run !== run || error) return;
        quiet.add(name);
        if (quiet.size === 2) this.#synced(run);
      });
      feed.on("error", (error) => this.run === run && this.#failed(error));
    }
  }

  #remote() {
    const base = new URL(this.profile.couch_url, location.origin);
    return new PouchDB(new URL(this.profile.database, base).href, {
      skip_setup: true,
      fetch: async (url, options) => {
        let token = await this.session.token();
        const send = () => {
          options.headers.set("Authorization", `Bearer ${token}`);
          return PouchDB.fetch(url, options);
        };
        let answer = await send();
        if (answer.status === 401) {
          this.session.drop(token);
          token = await this.session.token();
          answer = await send();
        }
        return answer;
      },
    });
  }

  async #synced(run, figures = null) {
    this.pause = 1000;
    await this.#heard(run);
    await this.#tidy(run, figures);
    if (this.run === run && app.waiting.size) await this.#resend(run);
    if (this.run !== run) return;
    app.sync.lastSynced = Date.now();
    this.#phase("online");
    await write([["settings", `synced:${this.profile.technician.id}`, app.sync.lastSynced]]);
  }

  // Ask the server which of our events it has: the only word that counts for "sent".
  async #heard(run) {
    run.heardAt = Date.now();
    try {
      await this.confirmations.check(run.remote);
    } catch (error) {
      if (this.run === run) this.#failed(error);
    }
  }

  // Follow what the server put away, at the first quiet moment of a run: then all that the tablet holds has been
  // offered. News of it in between begin another run.
  async #tidy(run, figures) {
    if (this.run !== run) return;
    try {
      if (run.tidied) {
        if (figures && (await this.putAway.isDue(figures))) this.restart();
        return;
      }
      run.tidied = true;
      await this.putAway.follow(run.remote, figures ?? (await run.remote.info()));
    } catch (error) {
      // What should have gone is asked about again; sending and receiving do not wait for that.
      console.error("not tidied:", error);
    }
  }

  // What the server lacks although the feed is through was passed over by its checkpoint: offer it once more.
  async #resend(run) {
    if (run.resent) return;
    run.resent = true;
    const doc_ids = [...app.waiting];
    await this.database.pouch.replicate.to(run.remote, { doc_ids, checkpoint: false }).catch(() => {});
    if (this.run === run) await this.#heard(run);
  }

  async #beat() {
    const run = this.run;
    if (!run?.remote || !navigator.onLine || document.visibilityState !== "visible") {
      if (navigator.onLine && !run && !this.waiting) this.restart();
      return;
    }
    try {
      const figures = await within(PATIENCE_MS, run.remote.info());
      if (this.run === run && app.sync.phase === "online") await this.#synced(run, figures);
      else if (this.run === run && Date.now() - (run.heardAt ?? 0) > SILENCE_MS) this.restart();
    } catch (error) {
      if (this.run === run) this.#failed(error);
    }
  }

  #failed(error) {
    this.#cancel();
    if (error instanceof Refused && error.code === "device_revoked") return this.onRevoked();
    const unreachable = !(error instanceof Refused);
    this.#phase(unreachable ? "offline" : "refused", error);
    this.waiting = setTimeout(() => this.restart(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
  }

  #cancel() {
    clearTimeout(this.waiting);
    this.waiting = null;
    const run = this.run;
    this.run = null;
    run?.pull?.cancel();
    run?.push?.cancel();
  }

  #phase(phase, error = null) {
    Object.assign(app.sync, {
      phase,
      error: error && { words: error.message ?? error.reason, advice: error.advice ?? "" },
    });
    update();
  }
}
