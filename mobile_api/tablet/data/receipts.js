// Receipts: the next number of this profile's block, chained by hash to the one before.

import { iso } from "../lib/clock.js";
import { sha256 } from "../lib/crypto.js";
import { Worded } from "../lib/failures.js";
import { read } from "../lib/idb.js";

const BEGINNING = "0".repeat(64);

// The hash of docs/documents.md: what a changed or missing receipt in the middle would break.
export const chainHash = (receipt) =>
  sha256(
    [
      receipt.previous_hash,
      receipt.number,
      receipt.account,
      receipt.amount_cents,
      receipt.method,
      receipt.check_number ?? "",
      receipt.taken_at,
    ].join("|"),
  );

// Take the next number for a receipt. To be called by the writer, alone: answers what it must keep with the fact.
async function nextReceipt(profile, { account, amount_cents, method, check_number = null }) {
  const { prefix, first, last } = profile.receipts;
  const chain = (await read("counters", `receipts:${prefix}`)) ?? { next: first, hash: BEGINNING };
  if (chain.next > last)
    throw new Worded("error.no_receipts");
  const receipt = {
    number: `${prefix}-${String(chain.next).padStart(6, "0")}`,
    amount_cents,
    method,
    check_number,
    account,
    taken_at: iso(),
    previous_hash: chain.hash,
  };
  receipt.hash = await chainHash(receipt);
  return {
    receipt,
    change: ["counters", `receipts:${prefix}`, { next: chain.next + 1, hash: receipt.hash }],
  };
}

// Write a payment with its receipt; the draft of the form goes in the same transaction.
export const takePayment = (writer, order, payment, draft) =>
  writer.write(
    "payment",
    order,
    async () => {
      const { receipt, change } = await nextReceipt(writer.profile, {
        ...payment,
        account: order.account.number,
      });
      return { body: { receipt }, changes: [change] };
    },
    { drop: draft },
  );

// Spend the next number on nothing, with the reason: a spoilt or missing slip must be explained.
export const voidReceipt = (writer, order, account, reason) =>
  writer.write("receipt_void", order, async () => {
    const { receipt, change } = await nextReceipt(writer.profile, {
      account,
      amount_cents: 0,
      method: "void",
    });
    return { body: { receipt, reason }, changes: [change] };
  });
