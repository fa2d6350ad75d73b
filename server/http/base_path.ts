/**
 * Serving below a path of a site, such as `/chat`. Requests may have it or not,
 * as some proxies take it away and others leave it; whatever the server says of
 * its own addresses has it. Pure.
 */

import type { Visit } from "./proxy_headers.ts";

/** What a base must not begin with: paths that mean something themselves. */
const TAKEN: readonly string[] = [
  ...["api", "assets", "lab", "lessons", "text", "ws"],
  ...["healthz", "readyz", "metrics"],
];
/** Characters of a base. */
const MOST_CHARACTERS = 200;

/**
 * Reads a base as it is set.
 *
 * @param words Such as `/chat` or `chat/rooms/`; `/` is none.
 * @returns `/chat/rooms`, without a slash at the end; empty for none; undefined
 * when it is none.
 */
export function readBase(words: string): string | undefined {
  const parts = words.split("/").filter((part) => part !== "");
  const fits = words.length <= MOST_CHARACTERS &&
    parts.every((part) => /^[\w~-][\w.~-]*$/.test(part)) &&
    !TAKEN.includes(parts[0] ?? "");
  return fits ? parts.map((part) => `/${part}`).join("") : undefined;
}

/**
 * Takes the base away from an address that has it.
 *
 * @param url Of a request.
 * @param base As {@linkcode readBase} gave it.
 * @returns The address as the routes know it.
 */
export function withoutBase(url: URL, base: string): URL {
  if (base === "" || !`${url.pathname}/`.startsWith(`${base}/`)) return url;
  const inside = new URL(url);
  inside.pathname = url.pathname.slice(base.length);
  return inside;
}

/** Makes what takes the base away where a request goes. */
export function belowBase(base: string): (visit: Visit) => Visit {
  return (visit) => ({ ...visit, url: withoutBase(visit.url, base) });
}

/**
 * Puts the base into the addresses that a file has: those in quotes that begin
 * with a slash.
 *
 * @param text HTML, or a web app's manifest.
 * @param base As {@linkcode readBase} gave it.
 */
export function rebased(text: string, base: string): string {
  return text.replaceAll('"/', `"${base}/`);
}
