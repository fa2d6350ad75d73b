/**
 * HTTP/1.1 checks that Node's API leaves to its users: duplicate `Host`
 * headers, invalid framing and absolute addresses. `Deno.serve` does these
 * itself.
 */

import type { IncomingMessage } from "node:http";
import { MOST_FIELDS } from "./header_fields.ts";
import type { RequestFault } from "./socket.ts";

/** Standard methods that the server does not support and `Request` does not
 * allow. */
const NO_METHODS: readonly string[] = ["CONNECT", "TRACE", "TRACK"];

/**
 * Checks and normalizes the head of a request.
 *
 * @param message The request; its address and headers are changed. An absolute
 * address (RFC 9112, 3.2.2) becomes a path and a `Host`, `*` becomes a path,
 * and features beyond HTTP/1.0 are removed from its requests.
 * @returns The fault, if any.
 */
export function readHead(message: IncomingMessage): RequestFault | undefined {
  // Before `headers` is read, which Node builds lazily from these.
  if (message.rawHeaders.length > 2 * MOST_FIELDS) return "fields";
  const { headers, rawHeaders, method, url = "" } = message;
  if (message.httpVersionMajor !== 1) return "version";
  const isOld = message.httpVersionMinor === 0;
  // An old proxy might parse another body (RFC 9112, 6.1).
  if (isOld && headers["transfer-encoding"] !== undefined) return "framing";
  if (NO_METHODS.includes(method ?? "")) return "method";
  const hosts = rawHeaders.filter((name, index) =>
    index % 2 === 0 && name.toLowerCase() === "host"
  );
  // RFC 9112, 3.2.
  if (hosts.length > 1 || (hosts.length === 0 && !isOld)) return "host";
  if (isOld) {
    headers.host ??= "localhost";
    // RFC 9110, 7.8.
    delete headers.upgrade;
  }
  if (/^https?:\/\//i.test(url)) {
    if (!URL.canParse(url)) return "host";
    const { host, pathname, search } = new URL(url);
    headers.host = host;
    message.url = `${pathname}${search}`;
  } else if (!url.startsWith("/")) message.url = `/${url}`;
  return undefined;
}
