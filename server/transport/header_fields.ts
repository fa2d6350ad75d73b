/** The request header fields that the server reads, and the maximum number of
 * fields. Pure. */

/** Maximum fields of a request; browsers and proxies send 10 to 30.
 * `Deno.serve` has its own limit. */
export const MOST_FIELDS = 100;

/** Names of all fields that the server or its libraries read. */
export const READ_FIELDS: readonly string[] = [
  "accept",
  "accept-encoding",
  "accept-language",
  "access-control-request-method",
  "access-control-request-private-network",
  "authorization",
  "connection",
  "content-length",
  "content-type",
  "expect",
  "forwarded",
  "host",
  "idempotency-key",
  "if-match",
  "if-none-match",
  "last-event-id",
  "origin",
  "sec-websocket-extensions",
  "sec-websocket-key",
  "sec-websocket-protocol",
  "sec-websocket-version",
  "transfer-encoding",
  "upgrade",
  "x-deno-client-address",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
];
