// Tablets for the demo day, driven over standard input and output: one JSON request a line, one answer a line.
// {"id", "do", "tablet", …} → {"id", "result"} or {"id", "error", "refused"}. It ends when its input ends.

import { webcrypto } from "node:crypto";
import readline from "node:readline";

import { droppingProxy } from "./dropping_proxy.mjs";
import { Tablet } from "./tablet.mjs";

globalThis.crypto ??= webcrypto; // Node 18 has it under another name

const server = new URL(process.argv[2]);
const tablets = new Map();
let proxy = null;

const actions = {
  async enrol({ tablet, name, code }) {
    const made = new Tablet(server, name);
    tablets.set(tablet, made);
    return made.enrol(code);
  },
  online: ({ tablet }) => tablets.get(tablet).online(),
  async onlineThroughDeadSpot({ tablet }) {
    proxy ??= await droppingProxy(tablets.get(tablet).couch);
    tablets.get(tablet).online(proxy.url);
  },
  dropped: () => proxy?.dropped.length ?? 0,
  offline: ({ tablet }) => tablets.get(tablet).offline(),
  wait: ({ tablet, wanted, ms }) => tablets.get(tablet).wait(wanted, ms),
  write: ({ tablet, event, order, body, photos }) => tablets.get(tablet).write(event, order, body, photos),
  resend: ({ tablet, ids }) => tablets.get(tablet).resend(ids),
  repost: ({ tablet, event }) => tablets.get(tablet).repost(event),
};

async function handle(line) {
  const { id, do: action, ...given } = JSON.parse(line);
  try {
    const result = await actions[action](given);
    process.stdout.write(`${JSON.stringify({ id, result: result ?? null })}\n`);
  } catch (error) {
    const words = error.message ?? error.reason ?? String(error);
    process.stdout.write(`${JSON.stringify({ id, error: words, refused: error.refused ?? false })}\n`);
  }
}

const input = readline.createInterface({ input: process.stdin });
input.on("line", handle);
input.on("close", async () => {
  await Promise.all([...tablets.values()].map((tablet) => tablet.close()));
  proxy?.close();
  process.exit(0);
});
