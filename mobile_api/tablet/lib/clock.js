// The tablet's clock as it is, and how far it is from the server's. Facts carry both; nothing is corrected here.

let offset = 0;

export const now = () => new Date();
export const iso = (date = now()) => date.toISOString();

// Milliseconds to add to the tablet's clock to get the server's.
export const offsetMs = () => offset;

// Learn the offset from a server time received between two readings of our own clock.
export function learn(serverTime, askedAt, answeredAt = Date.now()) {
  offset = Math.round(new Date(serverTime).getTime() - (askedAt + answeredAt) / 2);
}

export const serverNow = () => Date.now() + offset;

// Grows steadily even when somebody sets the clock back; it starts anew when the app does.
export const monotonicMs = () => Math.round(performance.now());
