/**
 * CORS headers for the API (https://fetch.spec.whatwg.org/#http-cors-protocol).
 * `origin_policy.ts` decides which origins are allowed. Credentials are not
 * allowed: the server uses no cookies. Pure.
 */

/** Request headers that pages may send, beyond the safelisted ones. */
const REQUEST_HEADERS =
  "Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID";
/** Response headers that pages may read, beyond the safelisted ones. */
const RESPONSE_HEADERS =
  "Accept, Allow, Content-Disposition, Idempotency-Key, " +
  "Link, Location, Retry-After, WWW-Authenticate";
const METHODS = "GET, HEAD, POST, PUT, DELETE";
/** How long browsers may cache a preflight response, in seconds. */
const MAX_AGE = "600";

/** Returns whether a request is a CORS preflight. */
export function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.has("origin") &&
    headers.has("access-control-request-method");
}

/**
 * Answers a preflight request.
 *
 * @param request A preflight request from an allowed origin.
 */
export function preflightAnswer({ headers }: Request): Response {
  // Browsers ask for this before a public page may reach a private address.
  const isPrivate =
    headers.get("access-control-request-private-network") === "true";
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers": REQUEST_HEADERS,
      "access-control-max-age": MAX_AGE,
      ...(isPrivate && { "access-control-allow-private-network": "true" }),
    },
  });
}

/**
 * Adds CORS headers to a response.
 *
 * @param answer The response; its headers are changed.
 * @param origin The page's origin, if allowed.
 */
export function share(answer: Response, origin: string | undefined): Response {
  answer.headers.append("vary", "origin");
  if (origin === undefined) return answer;
  answer.headers.set("access-control-allow-origin", origin);
  answer.headers.set("access-control-expose-headers", RESPONSE_HEADERS);
  return answer;
}
