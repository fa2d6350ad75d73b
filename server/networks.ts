/**
 * Which addresses count as one. Whoever has an IPv6 address has all of its
 * network, so limits by address would hold nobody who counts up. Pure.
 */

/** Of the eight groups of an IPv6 address, those that its network has. */
const NETWORK_GROUPS = 4;

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Tells to whom an address belongs.
 *
 * @param address Such as `192.0.2.7`, `2001:db8::1` or `fe80::1%eth0`.
 * @returns For IPv6 the network of 64 bits that nearly everybody has of their
 * own (RFC 6177, RFC 7421), such as `2001:db8:0:0::/64`; anything else as it
 * is, IPv4 in IPv6 as IPv4.
 */
export function networkOf(address: string): string {
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [plain = ""] = address.split("%");
  if (!plain.includes(":") || !URL.canParse(`http://[${plain}]/`)) {
    return address;
  }
  // In the one way in which `URL` writes it (RFC 5952), in hexadecimal alone.
  const [head = "", tail] = new URL(`http://[${plain}]/`).hostname
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
