// Live replication both ways, kept going over sleep, dead spots and ended tokens. PouchDB's own feeds do not
// survive a sleeping tablet, so they are restarted when it wakes, comes online, or has heard nothing for a while.

import { Worded } from "../lib/failures.js";
import { read, write } from "../lib/idb.js";
import { isFull, setAside } from "../lib/reserve.js";
import { app, update } from "../lib/state.js";
import { Refused } from "./api.js";
import { LARGEST_PULL, LARGEST_PUSH, pullFeed, pushFeed, smaller } from "./feeds.js";
import { PutAway } from "./putaway.js";
import { NOT_LET_IN, Remote } from "./remote.js";

const BEAT_MS = 30_000; // how stale "synced" may be while the connection looks fine
const SILENCE_MS = 75_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
const PATIENCE_MS = 15_000; // a dead spot swallows requests without an error

const within = (limit, promise) =>
  Promise.race([
    promise,
    new Promise((_, reject) => setTimeout(() => reject(new Worded("error.silent")), limit)),
  ]);

export class Sync {
  constructor(profile, database, waiting, session, onRevoked) {
    Object.assign(this, { profile, database, waiting, session, onRevoked });
    this.pause = FIRST_PAUSE_MS;
    this.pulling = LARGEST_PULL;
    this.pushing = LARGEST_PUSH;
    this.stopped = false;
  }

  async start() {
    app.sync.lastSynced = (await read("settings", `synced:${this.profile.technician.id}`)) ?? null;
    this.putAway = new PutAway(this.profile, this.database, this.waiting);
    // Waking up must not break a batch off that is on its way.
    this.wake = () => document.visibilityState === "visible" && !this.run?.remote?.carrying && this.restart();
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
      await this.database.ensureOpen();
      await this.session.token();
      if (this.run === run) this.#replicate(run);
    } catch (error) {
      if (this.run === run) this.#failed(error);
    }
  }

  #replicate(run) {
    const base = new URL(this.profile.couch_url, location.origin);
    run.remote = new Remote(new URL(this.profile.database, base).href, this.session);
    const { replicate } = this.database.pouch;
    run.pull = replicate.from(run.remote.pouch, { ...pullFeed(this.pulling), live: true });
    run.push = replicate.to(run.remote.pouch, { ...pushFeed(this.profile.device, this.pushing), live: true });
    run.pull.on("change", () => (run.pulled = true));
    run.push.on("change", () => (run.pushed = true));
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

  async #synced(run, figures = null) {
    Object.assign(this, { pause: FIRST_PAUSE_MS, pulling: LARGEST_PULL, pushing: LARGEST_PUSH });
    app.storage.full = false;
    await this.#heard(run);
    await this.#tidy(run, figures);
    if (this.run === run && app.waiting.size) await this.#resend(run);
    if (this.run !== run) return;
    app.sync.lastSynced = Date.now();
    this.#phase("online");
    setAside().catch((error) => console.warn("no room set aside:", error));
    await write([["settings", `synced:${this.profile.technician.id}`, app.sync.lastSynced]]);
  }

  // Ask the server which of our events it has: the only word that counts for "sent".
  async #heard(run) {
    run.heardAt = Date.now();
    try {
      await this.waiting.check(run.remote.pouch);
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
      await this.putAway.follow(run.remote.pouch, figures ?? (await run.remote.pouch.info()));
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
    await this.database.pouch.replicate.to(run.remote.pouch, { doc_ids, checkpoint: false }).catch(() => {});
    if (this.run === run) await this.#heard(run);
  }

  async #beat() {
    const run = this.run;
    if (!run?.remote || !navigator.onLine || document.visibilityState !== "visible") {
      if (navigator.onLine && !run && !this.due) this.restart();
      return;
    }
    // A batch on a thin connection has a time of its own, longer than a heartbeat; begun anew it would never end.
    if (run.remote.carrying) return;
    try {
      const figures = await within(PATIENCE_MS, run.remote.pouch.info());
      if (this.run !== run || run.remote.carrying) return;
      if (app.sync.phase === "online") await this.#synced(run, figures);
      else if (Date.now() - (run.heardAt ?? 0) > SILENCE_MS) this.restart();
    } catch (error) {
      if (this.run === run && !run.remote.carrying) this.#failed(error);
    }
  }

  #failed(error) {
    const run = this.run;
    this.#cancel();
    if (error instanceof Refused && error.code === "device_revoked") return this.onRevoked();
    if (isFull(error)) app.storage.full = true;
    // PouchDB hands errors on as its own, with our code.
    const refused = error instanceof Refused || error?.code === NOT_LET_IN;
    this.#phase(refused ? "refused" : "offline", error);
    // Where some requests come through, the next try is soon, and a batch that did not is tried in smaller steps, so that
    // what did stays sent. Only silence is waited out; it says nothing about batches.
    if (run?.remote?.answered) {
      this.pause = FIRST_PAUSE_MS;
      if (!run.pulled) this.pulling = smaller(this.pulling);
      if (!run.pushed) this.pushing = smaller(this.pushing);
    }
    this.due = setTimeout(() => this.restart(), this.pause * (0.5 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
  }

  #cancel() {
    clearTimeout(this.due);
    this.due = null;
    const run = this.run;
    this.run = null;
    run?.pull?.cancel();
    run?.push?.cancel();
    run?.remote?.end();
  }

  #phase(phase, error = null) {
    Object.assign(app.sync, { phase, error });
    update();
  }
}
