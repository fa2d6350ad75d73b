/** The fields of a request's head: which ones are read, and how many there may
 * be. Pure. */

/** Fields of a request's head; browsers and proxies send 10 to 30. `Deno.serve`
 * has a limit of its own. */
export const MOST_FIELDS = 100;

/** The names of all fields that this server, or what it is made of, reads. */
export const READ_FIELDS: readonly string[] = [
  "accept",
  "accept-encoding",
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
