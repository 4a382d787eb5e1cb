// One run's requests to the server's database: a token on each, a second try where a thin connection dropped one, and
// an end to all of them when the run ends. PouchDB gives a whole run up at its first failed request.

import { Worded } from "../lib/failures.js";
import { Refused } from "./api.js";

const TRIES = 4;
const FIRST_PAUSE_MS = 250;
const SMALL_MS = 20_000; // a dead spot swallows requests without an error
const LARGE_MS = 60_000;
const THINNEST = 4; // bytes a millisecond below which a transfer counts as dead
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Remote {
  constructor(address, session) {
    this.session = session;
    this.ended = new AbortController();
    this.answered = 0; // requests that came back: progress, whatever becomes of the run
    this.carrying = 0; // batches that are under way
    this.pouch = new PouchDB(address, { skip_setup: true, fetch: (url, options) => this.#fetch(url, options) });
  }

  end() {
    this.ended.abort();
  }

  async #fetch(url, options) {
    const batch = /\/_bulk_(docs|get)\b/.test(url);
    this.carrying += batch ? 1 : 0;
    try {
      return await this.#persistent(url, options, batch);
    } finally {
      this.carrying -= batch ? 1 : 0;
    }
  }

  async #persistent(url, options, batch) {
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt === TRIES || this.ended.signal.aborted || options.signal?.aborted || !navigator.onLine;
      try {
        const answer = await this.#once(url, options, patience(url, options, batch));
        if (last || !PASSING.has(answer.status)) return answer;
      } catch (error) {
        if (last || error instanceof Refused || this.ended.signal.aborted || options.signal?.aborted) throw error;
      }
      await wait(FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random()));
    }
  }

  async #once(url, options, limit) {
    const token = await this.session.token();
    let answer = await this.#send(url, options, token, limit);
    if (answer.status === 401) {
      this.session.drop(token);
      answer = await this.#send(url, options, await this.session.token(), limit);
    }
    return answer;
  }

  async #send(url, options, token, limit) {
    options.headers.set("Authorization", `Bearer ${token}`);
    const signals = [this.ended.signal, options.signal, limit && AbortSignal.timeout(limit)].filter(Boolean);
    const answer = await PouchDB.fetch(url, { ...options, signal: AbortSignal.any(signals) });
    // A portal answers everything with a page of its own; as an answer of the database it would be read as nothing.
    if (answer.ok && !/json/.test(answer.headers.get("Content-Type") ?? ""))
      throw new Worded("error.portal");
    this.answered += 1;
    return answer;
  }
}

// How long a request may take, in milliseconds; none for a feed, which is parked until something changes.
function patience(url, { body }, batch) {
  if (/[?&]feed=/.test(url)) return 0;
  return batch ? LARGE_MS + (body?.length ?? 0) / THINNEST : SMALL_MS;
}
