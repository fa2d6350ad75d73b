/**
 * What HTTP/1.1 asks of a server and Node's API leaves to its users: it takes
 * more than one `Host`, framing that is faulty, and does not know addresses
 * that are whole. `Deno.serve` sees to all of this itself.
 */

import type { IncomingMessage } from "node:http";
import { MOST_FIELDS } from "./header_fields.ts";
import type { RequestFault } from "./socket.ts";

/** What the standard has requests for that have no meaning here, and that
 * `Request` does not know. */
const NO_METHODS: readonly string[] = ["CONNECT", "TRACE", "TRACK"];

/**
 * Looks at the head of a request, and brings it into the form that all have.
 *
 * @param message The request; its address and headers are changed: an address
 * that is whole (RFC 9112, 3.2.2) becomes path and `Host`, `*` a path, and what HTTP/1.0
 * cannot ask for is left out.
 * @returns What is wrong with it, if anything is.
 */
export function readHead(message: IncomingMessage): RequestFault | undefined {
  // Before `headers`, which is made of them when it is read.
  if (message.rawHeaders.length > 2 * MOST_FIELDS) return "fields";
  const { headers, rawHeaders, method, url = "" } = message;
  if (message.httpVersionMajor !== 1) return "version";
  const isOld = message.httpVersionMinor === 0;
  // An old recipient on the way would read another body (RFC 9112, 6.1).
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
