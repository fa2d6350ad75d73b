/** Responses outside the API: common headers and plain-text bodies. */

import { MOST_FIELDS } from "../transport/header_fields.ts";
import type { RequestFault } from "../transport/socket.ts";

/** Headers of every response. */
export const HEADERS: Readonly<Record<string, string>> = {
  // The page connects only to its own server. It works offline, and user input
  // cannot load external resources.
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/**
 * Builds a plain-text response.
 *
 * @param status HTTP status.
 * @param text What is wrong and what to do.
 * @param headers Headers to add to the common ones.
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

/** Responses to malformed requests, by fault. */
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

/** Returns the response to a request that a transport cannot parse. */
export function faulty(fault: RequestFault): Response {
  return FAULTS[fault]();
}

/** Returns the response to an unsupported method. */
export function badMethod(method: string): Response {
  return words(405, `Method ${method} is not allowed. Use GET`, {
    "allow": "GET, HEAD",
  });
}
