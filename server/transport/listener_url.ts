/** The address of a page, from the address of its listener. */

/** A host as it stands in an address; one that means all is this machine. */
function urlHost(hostname: string): string {
  if (hostname === "0.0.0.0" || hostname === "::") return "localhost";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

/**
 * Returns where a listener is; the platform may have made it another one than
 * was asked for (`DENO_SERVE_ADDRESS`).
 *
 * @param addr The listener's address.
 * @param scheme `http` or `https`.
 */
export function listenerUrl(addr: Deno.Addr, scheme: string): URL {
  switch (addr.transport) {
    case "tcp":
    case "udp":
      return new URL(`${scheme}://${urlHost(addr.hostname)}:${addr.port}/`);
    case "vsock":
      return new URL(`vsock:${addr.cid}:${addr.port}`);
    case "unix":
    case "unixpacket":
      return new URL(`unix:${addr.path}`);
  }
}
