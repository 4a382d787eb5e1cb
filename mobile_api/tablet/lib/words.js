// Dates, money and numbers as people read them, in the district's time zone.

let zone;

export function useZone(name) {
  zone = name;
}

const format = (date, options) =>
  new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options }).format(new Date(date));

export const clockTime = (date) => format(date, { hour: "numeric", minute: "2-digit" });
export const dayName = (date) => format(date, { weekday: "short", month: "short", day: "numeric" });
export const dayTime = (date) => `${dayName(date)}, ${clockTime(date)}`;
export const localDay = (date) =>
  format(date, { year: "numeric", month: "2-digit", day: "2-digit" }).replace(
    /(\d+)\/(\d+)\/(\d+)/,
    "$3-$1-$2",
  );
export const monthShort = (date) => format(date, { month: "short" });

// A calendar day such as a route's, which has no time zone.
export const plainDay = (day) =>
  new Intl.DateTimeFormat("en-US", {
    weekday: "long",
    month: "long",
    day: "numeric",
    timeZone: "UTC",
  }).format(new Date(`${day}T12:00:00Z`));

export const money = (cents) =>
  new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" }).format(cents / 100);
export const number = (value) => new Intl.NumberFormat("en-US").format(value);

// "today 11:42", or with the day when it is another one.
export function when(date, today = new Date()) {
  if (!date) return "never";
  return localDay(date) === localDay(today) ? clockTime(date) : dayTime(date);
}

// "4 min ago" for chips that age.
export function age(date, today = Date.now()) {
  const minutes = Math.floor((today - new Date(date).getTime()) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`;
}

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

// "gate_locked" → "Gate locked", for codes whose words did not arrive.
export const spelled = (code) => {
  const text = String(code).replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};

// Whole cents of what was typed ("45", "45.5", "1,204.50"), or null.
export function cents(typed) {
  const match = /^\$?\s*(\d{1,3}(?:,\d{3})+|\d+)?(?:\.(\d{1,2}))?$/.exec(typed.trim());
  if (!match || (match[1] === undefined && match[2] === undefined)) return null;
  return Number((match[1] ?? "0").replaceAll(",", "")) * 100 + Number((match[2] ?? "").padEnd(2, "0") || 0);
}
