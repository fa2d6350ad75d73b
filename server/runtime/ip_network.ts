/**
 * Groups addresses into networks for limits and bans. A client with an IPv6
 * address controls its whole network, so single addresses would be easy to
 * evade. Pure.
 */

import ipaddr from "ipaddr.js";

/** Of the eight groups of an IPv6 address, those that its network has. */
const NETWORK_GROUPS = 4;
/** Characters of the longest address, with brackets, zone and port. */
const MOST_CHARACTERS = 100;

/** `[2001:db8::1]`, `[2001:db8::1]:443` or `192.0.2.7:4711`. */
const BRACKETS = /^\[([^\]]+)\](?::\d+)?$/;
const WITH_PORT = /^(\d+\.\d+\.\d+\.\d+):\d+$/;

type Parsed = ReturnType<typeof ipaddr.parse>;

function parse(words: string): Parsed | undefined {
  if (words.length > MOST_CHARACTERS) return undefined;
  // Not `127.1` or `0x7f000001`: such forms are used to bypass limits.
  if (ipaddr.IPv4.isValidFourPartDecimal(words)) return ipaddr.parse(words);
  if (!words.includes(":") || !ipaddr.isValid(words)) return undefined;
  const v6 = ipaddr.IPv6.parse(words);
  // As it reads when a proxy gives it, or on a machine that speaks both.
  return v6.isIPv4MappedAddress() ? v6.toIPv4Address() : v6;
}

/** An address without the name of an interface behind it. */
function withoutZone(words: string): string {
  const [bare = ""] = words.split("%");
  return bare;
}

/**
 * Reads an address as proxies write it: with a port or without one (Azure),
 * IPv6 in brackets or without them.
 *
 * @param words Such as `192.0.2.7:4711` or `[2001:db8::1]:443`.
 * @returns The address alone, in the one way to write it (RFC 5952), without a
 * zone; undefined when it is none, such as `unknown` or `_hidden` (RFC 7239, 6).
 */
export function readAddress(words: string): string | undefined {
  if (words.length > MOST_CHARACTERS) return undefined;
  const bare = (BRACKETS.exec(words) ?? WITH_PORT.exec(words))?.[1] ?? words;
  return parse(withoutZone(bare))?.toString();
}

/**
 * Returns the network of an address.
 *
 * @param address Such as `192.0.2.7`, `2001:db8::1` or `fe80::1%eth0`.
 * @returns An IPv4 address unchanged, also if it is written as IPv6; for an
 * IPv6 address its /64 network, such as `2001:db8:0:0::/64`, which usually
 * belongs to one user (RFC 6177, RFC 7421); a network unchanged. Undefined for
 * anything else.
 */
export function networkOf(address: string): string | undefined {
  if (address.length > MOST_CHARACTERS) return undefined;
  const words = withoutZone(address.trim()).replace(/\/64$/, "");
  const parsed = parse(words);
  if (parsed === undefined) return undefined;
  if (!("parts" in parsed)) return parsed.toString();
  const groups = parsed.parts.slice(0, NETWORK_GROUPS)
    .map((group) => group.toString(16));
  return `${groups.join(":")}::/64`;
}

/**
 * Returns what limits apply to: an address, or an IPv6 network.
 *
 * @param address Such as `192.0.2.7`; any other text is returned unchanged.
 */
export function networkKey(address: string): string {
  return networkOf(address) ?? address;
}
