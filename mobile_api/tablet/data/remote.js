// One run's requests to the server's database: a token on each, a second try where a thin connection dropped one, and
// an end to all of them when the run ends. PouchDB gives a whole run up at its first failed request.

import { Worded } from "../lib/failures.js";
import { Refused } from "./api.js";

const TRIES = 4;
const FIRST_PAUSE_MS = 250;
const SMALL_MS = 20_000; // a dead spot swallows requests without an error
const LARGE_MS = 60_000;
const THINNEST = 4; // bytes a millisecond below which a transfer counts as dead
export const NOT_LET_IN = "documents_closed";
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
    const batch = /\/_bulk_(docs|get)\b|\/_changes\b(?!.*[?&]feed=)/.test(url);
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
    // The office gave the token a moment ago: whoever keeps the documents does not believe it, or lets nobody in by it.
    if (answer.status === 401 || answer.status === 403) throw new Refused({ code: NOT_LET_IN }, answer.status);
    return answer;
  }

  async #send(url, options, token, limit) {
    options.headers.set("Authorization", `Bearer ${token}`);
    const silence = new Silence(limit);
    const signals = [this.ended.signal, options.signal, silence.signal].filter(Boolean);
    try {
      const answer = await PouchDB.fetch(url, { ...options, signal: AbortSignal.any(signals) });
      // A portal answers everything with a page of its own; as an answer of the database it would be read as nothing.
      // A proxy in trouble has a page too, which PouchDB would take for an answer: no answer came.
      const page = !/json/.test(answer.headers.get("Content-Type") ?? "");
      if (page && answer.ok) throw new Worded("error.portal");
      if (page && PASSING.has(answer.status)) throw new TypeError(`no answer: ${answer.status}`);
      this.answered += 1;
      return limit ? await whole(answer, silence) : answer;
    } finally {
      silence.end();
    }
  }
}

// Ends a request in which nothing has moved for so many milliseconds; none for 0.
class Silence {
  constructor(limit) {
    this.ending = new AbortController();
    this.signal = this.ending.signal;
    this.within(limit);
  }

  within(limit) {
    this.end();
    if (limit) this.timer = setTimeout(() => this.ending.abort(new DOMException("silence", "TimeoutError")), limit);
  }

  end() {
    clearTimeout(this.timer);
  }
}

// An answer with all of its body: however long a thin connection takes, while something moves it is not given up, and
// one that breaks off on the way is a request that failed, to be tried again.
async function whole(answer, silence) {
  if (!answer.body) return answer;
  const parts = [];
  const reader = answer.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    silence.within(SMALL_MS);
  }
  const { status, statusText, headers } = answer;
  return new Response(new Blob(parts), { status, statusText, headers });
}

// How long a request may take until its answer begins, in milliseconds; none for a feed, which is parked until something
// changes.
function patience(url, { body }, batch) {
  if (/[?&]feed=/.test(url)) return 0;
  return batch ? LARGE_MS + (body?.length ?? 0) / THINNEST : SMALL_MS;
}
