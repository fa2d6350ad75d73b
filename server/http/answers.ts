/** The answers of everything but the API: their headers, and words for people. */

import { MOST_FIELDS } from "../transport/header_fields.ts";
import type { RequestFault } from "../transport/socket.ts";

/** Headers of every answer. */
export const HEADERS: Readonly<Record<string, string>> = {
  // The page talks to its own server only, so that it works without the net
  // and nothing anybody types can load anything.
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/**
 * An answer in words for people.
 *
 * @param status Its status.
 * @param text What is so, and what to do.
 * @param headers More headers than every answer has.
 */
export function words(
  status: number,
  text: string,
  headers: Record<string, string> = {},
): Response {
  return new Response(`${text}\n`, {
    status,
    headers: {
      ...HEADERS,
      "content-type": "text/plain; charset=utf-8",
      ...headers,
    },
  });
}

/** What is said of a request that is none, by what is wrong with it. */
const FAULTS: Readonly<Record<RequestFault, () => Response>> = {
  host: () =>
    words(400, "The Host header must name one host, such as example.org"),
  framing: () =>
    words(400, "HTTP/1.0 does not support Transfer-Encoding. Use HTTP/1.1"),
  fields: () =>
    words(
      431,
      `The head of the request has more than ${MOST_FIELDS} fields. Send fewer`,
    ),
  method: () => badMethod("This method"),
  streams: () =>
    words(
      503,
      "Too many requests are in progress on this connection. Wait for the " +
        "responses and try again",
      { "retry-after": "1" },
    ),
  version: () =>
    words(505, "This version of HTTP is not supported. Use HTTP/1.1"),
  full: () =>
    words(503, "Too many connections are open. Try again later", {
      "retry-after": "10",
    }),
};

/** Answers a request that a transport cannot hand on. */
export function faulty(fault: RequestFault): Response {
  return FAULTS[fault]();
}

/** Answers a request by a method that does nothing here. */
export function badMethod(method: string): Response {
  return words(405, `Method ${method} is not allowed. Use GET`, {
    "allow": "GET, HEAD",
  });
}
