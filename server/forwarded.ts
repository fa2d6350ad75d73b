/**
 * Where a request really comes from and went to when a proxy stands before the
 * server. Pure; whether the proxy is to be believed is a setting.
 */

/** Where a request goes and where it comes from. */
export interface Visit {
  readonly url: URL;
  /** Such as `192.0.2.7`. */
  readonly address: string;
}

/** The last of a list: the one that the nearest proxy has added. What stands
 * before it, anybody can have written. */
function last(headers: Headers, name: string): string {
  return headers.get(name)?.split(",").at(-1)?.trim() ?? "";
}

/**
 * Reads what the nearest proxy says of a request.
 *
 * @param visit As the socket has it.
 * @param headers Those of the request.
 * @returns The client's address out of `X-Forwarded-For`, host and scheme out
 * of `X-Forwarded-Host` and `-Proto`; what is missing or senseless there stays.
 */
export function behindProxy(visit: Visit, headers: Headers): Visit {
  const address = last(headers, "x-forwarded-for");
  const host = last(headers, "x-forwarded-host");
  const proto = last(headers, "x-forwarded-proto").toLowerCase();
  const { url } = visit;
  const scheme = /^https?$/.test(proto) ? `${proto}:` : url.protocol;
  const wanted = `${scheme}//${host || url.host}${url.pathname}${url.search}`;
  const isHost = /^[\w.:[\]-]*$/.test(host) && URL.canParse(wanted);
  return {
    url: isHost ? new URL(wanted) : url,
    address: /^[\da-f.:]+$/i.test(address) ? address : visit.address,
  };
}
