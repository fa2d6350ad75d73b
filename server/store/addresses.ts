/** Where messages can be kept, in words: known to who reads the settings, which
 * knows no store. Pure. */

/** The addresses that open_store.ts takes, for people. */
export const STORE_ADDRESSES = "sqlite:PATH, memory:, redis://HOST:PORT/DB, " +
  "redis-sentinel://HOST:PORT,…/NAME, kv: or kv:PATH";

/** What the address of a Redis says. */
export interface RedisAddress {
  /** `redis:` or `rediss:`, which is over TLS. */
  readonly scheme: "redis" | "rediss";
  /** `USER:PASSWORD@`, or empty. */
  readonly login: string;
  /** `HOST:PORT` of the Redis, or of each Sentinel. */
  readonly hosts: readonly string[];
  /** What the Sentinels call the Redis; undefined without Sentinels. */
  readonly name: string | undefined;
  readonly database: number;
}

const FORM = /^(rediss?)(-sentinel)?:\/\/([^/@]*@)?([^/?#@]+)(?:\/([^?#]*))?$/;

/**
 * Reads `redis[s]://[[USER]:PASSWORD@]HOST[:PORT][/DB]`, or
 * `redis[s]-sentinel://[[USER]:PASSWORD@]HOST:PORT[,HOST:PORT…]/NAME[/DB]`.
 *
 * @returns Undefined when it is neither.
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
 * Makes an address fit to be shown.
 *
 * @param address Any, also one that makes no sense.
 * @returns It without its password: all that a wrong one could have meant as
 * one, which is up to its last `@`.
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
