/**
 * What tells a browser that a page of another origin may read the API's answers
 * (https://fetch.spec.whatwg.org/#http-cors-protocol). Which pages may, the
 * origins say. No cookies are in use, so none are allowed. Pure.
 */

/** What pages may send beside what they always may. */
const REQUEST_HEADERS =
  "Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID";
/** What pages may read beside what they always may. */
const RESPONSE_HEADERS =
  "Accept, Allow, Content-Disposition, Idempotency-Key, " +
  "Link, Location, Retry-After, WWW-Authenticate";
const METHODS = "GET, HEAD, POST, PUT, DELETE";
/** How long a browser need not ask again, seconds. */
const MAX_AGE = "600";

/** Whether a browser asks what a page may send. */
export function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.has("origin") &&
    headers.has("access-control-request-method");
}

/**
 * Answers what a page may send.
 *
 * @param request One that {@linkcode isPreflight}, of an origin that may.
 */
export function preflightAnswer({ headers }: Request): Response {
  // Asked for by browsers before a public page may reach a private address.
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
 * Lets a page read an answer.
 *
 * @param answer Its headers are changed.
 * @param origin The page's, where it may.
 */
export function share(answer: Response, origin: string | undefined): Response {
  answer.headers.append("vary", "origin");
  if (origin === undefined) return answer;
  answer.headers.set("access-control-allow-origin", origin);
  answer.headers.set("access-control-expose-headers", RESPONSE_HEADERS);
  return answer;
}
