/** Lists in headers (RFC 9110, 5.6.1), read in linear time. Pure. */

/**
 * Reads a list of tokens.
 *
 * @param header Such as `keep-alive, Upgrade`; null for none.
 * @returns Its elements without blanks around them, empty ones left out. Commas
 * in quotes are not looked for.
 */
export function elementsOf(header: string | null | undefined): string[] {
  return (header ?? "").split(",").map((element) => element.trim())
    .filter((element) => element !== "");
}

/**
 * Tells whether a list has a token, in whatever letters.
 *
 * @param header As it came.
 * @param token In small letters.
 */
export function hasToken(
  header: string | null | undefined,
  token: string,
): boolean {
  return elementsOf(header)
    .some((element) => element.toLowerCase() === token);
}
