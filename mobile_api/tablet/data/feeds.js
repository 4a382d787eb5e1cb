// How a tablet replicates: what comes down, what goes up, and in how large steps.

// A technician's day, with its history, comes in one batch. Events that carry photos stay up there: the tablet that
// took them has them, and another one needs the orders, not 0.35 MB a picture.
export const LARGEST_PULL = 1000;

export const pullFeed = (batch_size = LARGEST_PULL) => ({
  batch_size,
  batches_limit: 1,
  selector: { _attachments: { $exists: false } },
});

// Only the tablet's own events go up. Photos travel inside: eight events stay a few megabytes.
export const LARGEST_PUSH = 8;

export const pushFeed = (device, batch_size = LARGEST_PUSH) => {
  const prefix = `event:${device}:`;
  return { batch_size, batches_limit: 2, filter: (doc) => doc._id.startsWith(prefix) };
};

// The next step after a run in which nothing of such a batch got through.
export const smaller = (batch_size) => Math.max(1, Math.floor(batch_size / 2));
