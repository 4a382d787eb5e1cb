// Whether the service may still be cut, by what the order carries. Pure.

// The answers of a form say that the service was cut.
export const saysCut = (type, values) => Boolean(type?.cuts) && values[type.cuts.field] === type.cuts.equals;

// Why not to cut at `now` (milliseconds, on the server's clock), as codes; empty when the order allows it.
// `dayOf` answers the district's calendar day of an instant. What is not known to be allowed is not allowed.
export function cutDoubts(order, now, dayOf) {
  const doubts = [];
  if (order.cancelled) doubts.push("cancelled");
  if (order.recalled) doubts.push("recalled");
  // The office has asked every rule anew, and said until when.
  if (now < order.releasedUntil) return doubts;
  const ends = Math.max(Date.parse(order.authority?.expires_at), order.releasedUntil ?? 0);
  if (Number.isNaN(ends)) return [...doubts, "no_authority"];
  if (now >= ends) return [...doubts, "authority_expired"];
  const today = windowOf(order, dayOf(now));
  if (!today) doubts.push("day_not_allowed");
  else if (!(now < Date.parse(today.until))) doubts.push("past_latest_hour");
  return doubts;
}

export const windowOf = (order, day) => order.authority?.windows?.find((window) => window.day === day);
