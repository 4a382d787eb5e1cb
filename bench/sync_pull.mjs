// Times how long PouchDB in memory needs to pull a database. Usage: node sync_pull.mjs URL BATCH HEADERS (JSON)
import PouchDB from "pouchdb";
import memory from "pouchdb-adapter-memory";

PouchDB.plugin(memory);
const [url, batch, headers] = process.argv.slice(2);
const remote = new PouchDB(url, {
  skip_setup: true,
  fetch: (target, options) => {
    for (const [name, value] of Object.entries(JSON.parse(headers))) options.headers.set(name, value);
    return PouchDB.fetch(target, options);
  },
});
const local = new PouchDB(`pull${process.pid}`, { adapter: "memory" });
const begun = performance.now();
const { docs_written: written } = await local.replicate.from(remote, { batch_size: Number(batch) });
console.log(JSON.stringify({ written, seconds: (performance.now() - begun) / 1000 }));
process.exit(0);
