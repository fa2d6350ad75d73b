/**
 * Where a request really comes from and went to when a proxy stands before the
 * server. Pure; which proxy is to be believed is a setting.
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

/** `192.0.2.7:4711` or `[::ffff:192.0.2.7]:4711`. */
const CLIENT = /^(?:\[(?:::ffff:)?([\da-f.:]+)\]|([\d.]+)):\d+$/i;

/**
 * Reads what Deno Deploy says of a request. All of them come to it over TLS,
 * and to the server over some socket of the machine.
 *
 * @param visit As the socket has it, its address empty where it has none.
 * @param headers Those of the request.
 */
export function behindDeploy(
  { url, address }: Visit,
  headers: Headers,
): Visit {
  const client = CLIENT.exec(headers.get("x-deno-client-address") ?? "");
  return {
    url: new URL(`https://${url.host}${url.pathname}${url.search}`),
    address: address || (client?.[1] ?? client?.[2] ?? ""),
  };
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
