/**
 * Which addresses count as one, for limits and for bans. Whoever has an IPv6
 * address has all of its network, so what goes by single addresses would hold
 * nobody who counts up. Pure.
 */

/** Of the eight groups of an IPv6 address, those that its network has. */
const NETWORK_GROUPS = 4;
const V4 = /^(?:\d{1,3}\.){3}\d{1,3}$/;
/** Characters of an address, with the name of an interface behind it. */
const MOST_ADDRESS = 100;
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/**
 * Tells to whom an address belongs.
 *
 * @param address Such as `192.0.2.7`, `2001:db8::1` or `fe80::1%eth0`.
 * @returns An IPv4 address as it is, also one that is written as IPv6; of an
 * IPv6 address the network of 64 bits that nearly everybody has of their own
 * (RFC 6177, RFC 7421), such as `2001:db8:0:0::/64`; of such a network it
 * itself. Undefined for all else.
 */
export function networkOf(address: string): string | undefined {
  if (address.length > MOST_ADDRESS) return undefined;
  const [bare = ""] = address.trim().toLowerCase().split("%");
  const words = bare.replace(/\/64$/, "");
  const v4 = MAPPED.exec(words)?.[1] ?? words;
  if (V4.test(v4)) {
    return v4.split(".").every((part) => Number(part) < 256) ? v4 : undefined;
  }
  if (!words.includes(":") || !URL.canParse(`http://[${words}]/`)) {
    return undefined;
  }
  // In the one way in which `URL` writes it (RFC 5952), in hexadecimal alone.
  const [head = "", tail] = new URL(`http://[${words}]/`).hostname
    .slice(1, -1).split("::");
  const groups = groupsOf(head);
  if (tail !== undefined) {
    const missing = 8 - groups.length - groupsOf(tail).length;
    groups.push(...Array<string>(missing).fill("0"), ...groupsOf(tail));
  }
  // As it reads when a proxy gives it, or on a machine that speaks both.
  if (groups.slice(0, 6).join(":") === "0:0:0:0:0:ffff") {
    return groups.slice(6).flatMap((group) => {
      const value = parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }).join(".");
  }
  return `${groups.slice(0, NETWORK_GROUPS).join(":")}::/64`;
}

function groupsOf(words: string): string[] {
  return words === "" ? [] : words.split(":");
}
