/** Parses store addresses for the settings, without loading any store. Pure. */

/** The supported store addresses, for messages. */
export const STORE_ADDRESSES = "sqlite:PATH, memory:, redis://HOST:PORT/DB, " +
  "redis-sentinel://HOST:PORT,…/NAME, kv: or kv:PATH";

/** A parsed Redis address. */
export interface RedisAddress {
  /** `redis:` or `rediss:` (over TLS). */
  readonly scheme: "redis" | "rediss";
  /** `USER:PASSWORD@`, or empty. */
  readonly login: string;
  /** `HOST:PORT` of the Redis, or of each Sentinel. */
  readonly hosts: readonly string[];
  /** The Redis name that the Sentinels use; undefined without Sentinels. */
  readonly name: string | undefined;
  readonly database: number;
}

const FORM = /^(rediss?)(-sentinel)?:\/\/([^/@]*@)?([^/?#@]+)(?:\/([^?#]*))?$/;

/**
 * Parses `redis[s]://[[USER]:PASSWORD@]HOST[:PORT][/DB]`, or
 * `redis[s]-sentinel://[[USER]:PASSWORD@]HOST:PORT[,HOST:PORT…]/NAME[/DB]`.
 *
 * @returns The address; undefined when it is neither.
 */
export function readRedisAddress(address: string): RedisAddress | undefined {
  const match = FORM.exec(address);
  if (match === null) return undefined;
  const [, scheme, sentinel, login = "", hosts = "", path = ""] = match;
  const rest = path.split("/");
  const name = sentinel === undefined ? undefined : rest.shift();
  const [database = "", ...more] = rest;
  const all = hosts.split(",");
  const valid = all.every((host) => URL.canParse(`http://${host}`)) &&
    (all.length === 1 || name !== undefined) && name !== "" &&
    /^\d*$/.test(database) && more.length === 0;
  if (!valid || !URL.canParse(`${scheme}://${login}${all[0]}`)) {
    return undefined;
  }
  return {
    scheme: scheme === "rediss" ? "rediss" : "redis",
    login,
    hosts: all,
    name,
    database: Number(database),
  };
}

/**
 * Removes the password from an address, for display.
 *
 * @param address Any text, even an invalid address.
 * @returns The address without everything that could be a password, up to its
 * last `@`.
 */
export function withoutPassword(address: string): string {
  return address.replace(
    /^([a-z-]+:\/*)?(.*)@/is,
    (_, scheme: string | undefined, login: string) => {
      const colon = login.indexOf(":");
      const user = colon < 0 ? "" : `${login.slice(0, colon)}:`;
      return `${scheme ?? ""}${user}…@`;
    },
  );
}
