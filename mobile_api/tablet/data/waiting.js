// "Waiting to send": every event of this tablet that the journal or the database holds and the server has not
// confirmed. Both are read in the order in which an event passes through them, so none is missed between the two, and
// every window of the app learns at once what another one wrote.

import { entries, write } from "../lib/idb.js";
import { app, update } from "../lib/state.js";

const CHANNEL = "curbstop-waiting";

export class Waiting {
  constructor(profile, database) {
    this.database = database;
    this.prefix = `event:${profile.device}:`;
    this.owner = `${profile.technician.id}/`;
    this.held = new Set(); // ids in journal or database
    this.sent = new Set();
    this.loads = new Set(); // of each reading that is under way, what began to be written meanwhile
    this.channel = new BroadcastChannel(CHANNEL);
    this.channel.onmessage = ({ data }) => data.owner === this.owner && this.#apply(data);
    this.reload = () => document.visibilityState === "visible" && this.load().catch(console.error);
    document.addEventListener("visibilitychange", this.reload);
    database.onChange = () => this.recount();
  }

  // Read both places anew: at the start, and when the app comes back from where the browser may have frozen it.
  async load() {
    const meanwhile = new Set();
    this.loads.add(meanwhile);
    try {
      await this.#read(meanwhile);
    } finally {
      this.loads.delete(meanwhile);
    }
  }

  async #read(meanwhile) {
    const journal = (await entries("pending")).filter(([, { database }]) => database === this.database.name);
    const stored = await this.database.idsFrom(this.prefix);
    const sent = (await entries("sent"))
      .filter(([key]) => key.startsWith(this.owner))
      .map(([key]) => key.slice(this.owner.length));
    this.held = new Set([...journal.map(([id]) => id), ...stored, ...meanwhile]);
    for (const id of sent) this.sent.add(id);
    const gone = sent.filter((id) => !this.held.has(id) && !this.database.docs.has(id));
    if (gone.length) await write(gone.map((id) => ["sent", this.owner + id, undefined]));
    this.recount();
  }

  close() {
    document.removeEventListener("visibilitychange", this.reload);
    this.database.onChange = () => {};
    this.channel.close();
  }

  // An event is being written: counted from before the write begins until it is known to have failed.
  begin(id) {
    this.#publish({ held: [id] });
  }

  abandon(id) {
    this.#publish({ left: [id] });
  }

  // Ask for the revisions of what is not confirmed yet; a row with one is stored there.
  async check(remote) {
    const asked = [...this.recount()];
    if (!asked.length) return;
    const { rows } = await remote.allDocs({ keys: asked });
    const stored = rows.filter((row) => row.value?.rev).map((row) => row.id);
    await this.#confirm(stored);
  }

  // The server does not have these although it once did, and has not answered them: they wait again.
  async doubt(ids) {
    if (!ids.length) return;
    await write(ids.map((id) => ["sent", this.owner + id, undefined]));
    this.#publish({ doubted: ids });
  }

  // The journal lets go of an event only now: until then it could write it again.
  async #confirm(ids) {
    if (!ids.length) return;
    await write(
      ids.flatMap((id) => [
        ["sent", this.owner + id, Date.now()],
        ["pending", id, undefined],
      ]),
    );
    this.#publish({ sent: ids });
  }

  #publish(change) {
    this.channel.postMessage({ owner: this.owner, ...change });
    this.#apply(change);
  }

  #apply({ held = [], left = [], sent = [], doubted = [] }) {
    for (const id of held) {
      this.held.add(id);
      for (const meanwhile of this.loads) meanwhile.add(id);
    }
    for (const id of left) {
      this.held.delete(id);
      for (const meanwhile of this.loads) meanwhile.delete(id);
    }
    for (const id of sent) this.sent.add(id);
    for (const id of doubted) this.sent.delete(id);
    this.recount();
  }

  recount() {
    const { docs } = this.database;
    for (const id of docs.keys()) if (id.startsWith(this.prefix)) this.held.add(id); // also what came down again
    const waiting = [...this.held].filter((id) => !this.sent.has(id) && !docs.has(`ack:${id}`));
    app.waiting = new Set(waiting);
    update();
    return app.waiting;
  }
}
