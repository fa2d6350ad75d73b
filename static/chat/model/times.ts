/** Moments in the reader's own locale and zone. Pure: now is passed in. */

import { words } from "../../words/chat_catalogue.ts";
import { dateLocale, locale } from "../../words/page_language.ts";

const clock = new Intl.DateTimeFormat(dateLocale, { timeStyle: "short" });
const exact = new Intl.DateTimeFormat(dateLocale, {
  dateStyle: "full",
  timeStyle: "medium",
});
const weekday = new Intl.DateTimeFormat(dateLocale, {
  weekday: "long",
  day: "numeric",
  month: "long",
});
const withYear = new Intl.DateTimeFormat(dateLocale, {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});
const shortDay = new Intl.DateTimeFormat(dateLocale, {
  day: "numeric",
  month: "short",
});
const ago = new Intl.RelativeTimeFormat(locale, {
  numeric: "auto",
  style: "long",
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Hours and minutes. */
export function timeOfDay(at: number): string {
  return clock.format(at);
}

/** Hours and minutes for beside a message: without "AM" or "PM", for which there
 * is no room. */
export function gutterTime(at: number, format = clock): string {
  return format.formatToParts(at)
    .filter(({ type }) => type !== "dayPeriod")
    .map(({ value }) => value).join("").trim();
}

/** Everything there is to know, and how long ago. */
export function exactTime(at: number, now: number): string {
  return `${exact.format(at)} (${relativeTime(at, now)})`;
}

/** How long ago, in words. */
export function relativeTime(at: number, now: number): string {
  const passed = Math.max(now - at, 0);
  if (passed < MINUTE) return words.justNow;
  if (passed < HOUR) return ago.format(-Math.floor(passed / MINUTE), "minute");
  if (passed < DAY) return ago.format(-Math.floor(passed / HOUR), "hour");
  return ago.format(-daysBetween(at, now), "day");
}

/** When, in the room a list leaves for it. */
export function briefTime(at: number, now: number): string {
  if (now - at < MINUTE) return ago.format(0, "second");
  return sameDay(at, now) ? clock.format(at) : shortDay.format(at);
}

/** A time, with its day unless that is today. */
export function moment(at: number, now: number): string {
  return sameDay(at, now)
    ? clock.format(at)
    : `${dayName(at, now)} ${clock.format(at)}`;
}

/** The heading of a day. */
export function dayName(at: number, now: number): string {
  const days = daysBetween(at, now);
  if (days === 0 || days === 1) {
    const [first = "", ...rest] = ago.format(-days, "day");
    return first.toLocaleUpperCase(locale) + rest.join("");
  }
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? weekday : withYear).format(at);
}

/** Whether two moments fall on one day of the reader's calendar. */
export function sameDay(a: number, b: number): boolean {
  return daysBetween(a, b) === 0;
}

/** Days of the calendar from one moment to another. */
function daysBetween(from: number, to: number): number {
  // Noon: days that are an hour shorter or longer round to whole ones.
  const noon = (at: number) => new Date(at).setHours(12, 0, 0, 0);
  return Math.round((noon(to) - noon(from)) / DAY);
}
