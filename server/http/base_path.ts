/**
 * Serves the site below a base path such as `/chat`. Requests may arrive with
 * or without the base, since some proxies strip it. Addresses that the server
 * generates always include it. Pure.
 */

import type { Visit } from "./proxy_headers.ts";

/** Prefixes that a base must not start with: the server uses them itself. */
const TAKEN: readonly string[] = [
  ...["api", "assets", "lab", "lessons", "text", "ws"],
  ...["healthz", "readyz", "metrics"],
];
/** Maximum length of a base, in characters. */
const MOST_CHARACTERS = 200;

/**
 * Parses a base path setting.
 *
 * @param words Such as `/chat` or `chat/rooms/`; `/` means no base.
 * @returns `/chat/rooms` without a trailing slash; empty for no base; undefined
 * when invalid.
 */
export function readBase(words: string): string | undefined {
  const parts = words.split("/").filter((part) => part !== "");
  const fits = words.length <= MOST_CHARACTERS &&
    parts.every((part) => /^[\w~-][\w.~-]*$/.test(part)) &&
    !TAKEN.includes(parts[0] ?? "");
  return fits ? parts.map((part) => `/${part}`).join("") : undefined;
}

/**
 * Strips the base from an address, if present.
 *
 * @param url Address of a request.
 * @param base A result of {@linkcode readBase}.
 * @returns The address that the router matches.
 */
export function withoutBase(url: URL, base: string): URL {
  if (base === "" || !`${url.pathname}/`.startsWith(`${base}/`)) return url;
  const inside = new URL(url);
  inside.pathname = url.pathname.slice(base.length);
  return inside;
}

/** Returns a function that strips the base from a request's address. */
export function belowBase(base: string): (visit: Visit) => Visit {
  return (visit) => ({ ...visit, url: withoutBase(visit.url, base) });
}

/**
 * Adds the base to every quoted address in a file that starts with a slash.
 *
 * @param text HTML, or a web app manifest.
 * @param base A result of {@linkcode readBase}.
 */
export function rebased(text: string, base: string): string {
  return text.replaceAll('"/', `"${base}/`);
}
