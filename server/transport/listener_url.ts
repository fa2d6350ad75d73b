/** Derives a page's address from its listener's address. */

/** Returns a host in URL form; a wildcard address becomes this machine. */
function urlHost(hostname: string): string {
  if (hostname === "0.0.0.0" || hostname === "::") return "localhost";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

/**
 * Returns the listener's URL. The platform may have replaced the requested
 * address (`DENO_SERVE_ADDRESS`).
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
