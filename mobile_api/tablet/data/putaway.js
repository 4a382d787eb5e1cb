// What the server has put away leaves the tablet too: orders closed for days, and events it has answered.

import { read, write } from "../lib/idb.js";
import { app } from "../lib/state.js";

const DAY_MS = 24 * 60 * 60_000;

// How many purges the server's database has seen. The rest of the figure differs from node to node of a cluster.
const purges = ({ purge_seq }) => String(purge_seq ?? "").split("-")[0];

// Which documents may go and which facts must be offered again. Pure. `docs` maps ids to documents, `missing` are
// the ids the server does not have, `prefix` begins the ids of this tablet's events, `waiting` are the events it has
// not confirmed, `begun` the numbers of orders with a half-filled form.
export function judge(docs, missing, { prefix, waiting, begun }) {
  const nothing = { gone: [], unsent: [] };
  // Reference documents are never put away: without them the database is being made anew.
  if ([...missing].some((id) => id.startsWith("ref:"))) return nothing;
  const answered = (id) => docs.has(`ack:${id}`) && !waiting.has(id);
  const leaves = (id) => missing.has(id) && (!id.startsWith(prefix) || answered(id));
  const gone = [];
  const unsent = [];
  const busy = new Set(begun);
  for (const [id, doc] of docs) {
    if (!id.startsWith("event:")) continue;
    if (leaves(id)) gone.push(id);
    else busy.add(doc.order);
    if (missing.has(id) && !leaves(id) && !waiting.has(id)) unsent.push(id);
  }
  for (const id of missing) {
    const [kind, rest] = [id.slice(0, id.indexOf(":")), id.slice(id.indexOf(":") + 1)];
    if (kind === "route" || kind === "message") gone.push(id);
    else if (kind === "order" && !busy.has(rest)) gone.push(id);
    else if (kind === "ack" && (!docs.has(rest) || leaves(rest))) gone.push(id);
  }
  return { gone, unsent };
}

export class PutAway {
  constructor(profile, database, waiting) {
    Object.assign(this, { database, waiting });
    this.prefix = `event:${profile.device}:`;
    this.mark = `purges:${profile.technician.id}`;
  }

  // Whether the server purged something since the last time, or a day has passed. `figures` is what the server says of
  // its database.
  async isDue(figures) {
    const last = await read("settings", this.mark);
    return !last || last.purges !== purges(figures) || Date.now() - last.at > DAY_MS;
  }

  // After everything has been pulled and pushed: when due, ask which of the tablet's documents are still there.
  async follow(remote, figures) {
    const { size } = this.database.split;
    if (!size && !(await this.isDue(figures))) return;
    // Also the first time: what came down before this may be of records that were put back from a backup since.
    await this.#compare(remote);
    await write([["settings", this.mark, { purges: purges(figures), at: Date.now() }]]);
  }

  async #compare(remote) {
    const keys = [...this.database.docs.keys()];
    if (!keys.length) return;
    const here = await revisions(this.database.pouch, keys);
    const { rows } = await remote.allDocs({ keys });
    const missing = new Set(rows.filter((row) => row.error === "not_found").map((row) => row.key));
    const there = new Map(rows.map((row) => [row.key, row.value?.deleted ? null : row.value?.rev]));
    await this.database.settle(there);
    const { prefix } = this;
    const { gone, unsent } = judge(this.database.docs, missing, {
      prefix,
      waiting: app.waiting,
      begun: app.begun ?? [],
    });
    await this.waiting.doubt(unsent);
    await this.database.forget(new Map(gone.filter((id) => here.has(id)).map((id) => [id, here.get(id)])));
  }
}

async function revisions(pouch, keys) {
  const { rows } = await pouch.allDocs({ keys });
  return new Map(rows.filter((row) => row.value?.rev).map((row) => [row.key, row.value.rev]));
}
