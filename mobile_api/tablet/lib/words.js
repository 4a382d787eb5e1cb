// Dates, money, numbers and distances as people read them: in the language of the tablet, and by the district's time
// zone, country, currency, clock and units (`ref:settings`).

import { currentLanguage, t } from "./texts.js";

const USUAL = { timezone: undefined, locale: "en-US", currency: "USD", hour12: undefined, units: "us" };

let district = USUAL;

// `settings`: what the district says of itself; anything left out is as is usual in the United States.
export function useDistrict(settings) {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined && value !== null);
  district = { ...USUAL, ...Object.fromEntries(given) };
}

// The tablet's language in the district's country: en-US, es-US …
const locale = () => {
  const { region } = new Intl.Locale(district.locale);
  return new Intl.Locale(currentLanguage(), { region }).toString();
};

const format = (date, options) =>
  new Intl.DateTimeFormat(locale(), { timeZone: district.timezone, hour12: district.hour12, ...options }).format(
    new Date(date),
  );

export const clockTime = (date) => format(date, { hour: "numeric", minute: "2-digit" });
export const dayName = (date) => format(date, { weekday: "short", month: "short", day: "numeric" });
export const dayTime = (date) => `${dayName(date)}, ${clockTime(date)}`;
export const localDay = (date) =>
  new Intl.DateTimeFormat("en-CA", {
    timeZone: district.timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(new Date(date));
export const monthShort = (date) => format(date, { month: "short" });

// A calendar day such as a route's, which has no time zone.
export const plainDay = (day) =>
  new Intl.DateTimeFormat(locale(), {
    weekday: "long",
    month: "long",
    day: "numeric",
    timeZone: "UTC",
  }).format(new Date(`${day}T12:00:00Z`));

const currency = () => new Intl.NumberFormat(locale(), { style: "currency", currency: district.currency });

export const money = (cents) => currency().format(cents / 100);
export const currencySign = () => currency().formatToParts(0).find(({ type }) => type === "currency").value;
export const number = (value) => new Intl.NumberFormat(locale()).format(value);

const FEET_A_METRE = 3.28084;
const METRES_A_MILE = 1609.344;

// A way to drive, given in metres.
export function distance(metres) {
  const one = (value) => new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(value);
  if (district.units === "metric")
    return metres >= 1000
      ? t("distance.kilometres", { value: one(metres / 1000) })
      : t("distance.metres", { value: Math.round(metres / 10) * 10 });
  const feet = metres * FEET_A_METRE;
  return feet >= 1000
    ? t("distance.miles", { value: one(metres / METRES_A_MILE) })
    : t("distance.feet", { value: Math.round(feet / 50) * 50 || 10 });
}

// A length on the ground that is not driven, such as how sure a position is; given in metres.
export const shortDistance = (metres) =>
  district.units === "metric"
    ? t("distance.metres", { value: Math.max(1, Math.round(metres)) })
    : t("distance.feet", { value: Math.max(5, Math.round((metres * FEET_A_METRE) / 5) * 5) });

// "7 h 25 min" of milliseconds.
export function duration(ms) {
  const minutes = Math.round(ms / 60_000);
  return t("time.hours_minutes", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

// "11:42 AM", or with the day when it is another one.
export function when(date, today = new Date()) {
  if (!date) return t("time.never");
  return localDay(date) === localDay(today) ? clockTime(date) : dayTime(date);
}

// "4 min ago" for chips that age.
export function age(date, today = Date.now()) {
  const minutes = Math.floor((today - new Date(date).getTime()) / 60_000);
  if (minutes < 1) return t("time.just_now");
  if (minutes < 60) return t("time.minutes_ago", { count: minutes });
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? t("time.hours_ago", { count: hours }) : t("time.days_ago", { count: Math.floor(hours / 24) });
}

// "gate_locked" → "Gate locked", for codes whose words did not arrive.
export const spelled = (code) => {
  const text = String(code).replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};

// Whole cents of what was typed ("45", "45.5", "1,204.50"), or null.
export function cents(typed) {
  const match = /^\$?(\d{1,3}(?:,\d{3}){1,5}|\d{1,15})?(?:\.(\d{1,2}))?$/.exec(typed.trim());
  if (!match || (match[1] === undefined && match[2] === undefined)) return null;
  return Number((match[1] ?? "0").replaceAll(",", "")) * 100 + Number((match[2] ?? "").padEnd(2, "0") || 0);
}
