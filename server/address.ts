/** What an address stands for when somebody is kept out by it. Pure. */

/**
 * Makes addresses comparable.
 *
 * @param address An IP address, such as `192.0.2.7`.
 * @returns An IPv4 address as it is, also one that is written as IPv6; of an
 * IPv6 address its network, the first 64 bits, since everybody has all addresses
 * of one (RFC 6177, 2); of such a network it itself. Undefined for all else.
 */
export function addressKey(address: string): string | undefined {
  const words = address.trim().toLowerCase().replace(/%.*$/, "")
    .replace(/\/64$/, "");
  const v4 = /^(?:::ffff:)?((?:\d{1,3}\.){3}\d{1,3})$/.exec(words)?.[1];
  if (v4 !== undefined) {
    return v4.split(".").every((part) => Number(part) < 256) ? v4 : undefined;
  }
  if (!words.includes(":") || !URL.canParse(`http://[${words}]`)) {
    return undefined;
  }
  // The shortest form there is (RFC 5952).
  const { hostname } = new URL(`http://[${words}]`);
  const [head = "", tail] = hostname.slice(1, -1).split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array(8 - left.length - right.length).fill("0");
  return `${[...left, ...zeros, ...right].slice(0, 4).join(":")}::/64`;
}
