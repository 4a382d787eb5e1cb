// The tablet's clock as it is, and how far it is from the server's. Facts carry both; nothing is corrected here.

let offset = 0;
let keep = () => {};

export const now = () => new Date();
export const iso = (date = now()) => date.toISOString();

// Milliseconds to add to the tablet's clock to get the server's.
export const offsetMs = () => offset;

// Learn the offset from a server time received between two readings of our own clock.
export function learn(serverTime, askedAt, answeredAt = Date.now()) {
  offset = Math.round(new Date(serverTime).getTime() - (askedAt + answeredAt) / 2);
  keep(offset);
}

// Go on with the offset learned before the app was closed, and hand every newer one to `onLearn` to be kept: a
// tablet that is opened without a connection must still know that its own clock is wrong.
export function goOnWith(kept, onLearn) {
  offset = kept ?? 0;
  keep = onLearn;
}

export const serverNow = () => Date.now() + offset;

// Grows steadily even when somebody sets the clock back; it starts anew when the app does.
export const monotonicMs = () => Math.round(performance.now());
