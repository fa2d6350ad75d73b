/** Parses header lists (RFC 9110, 5.6.1) in linear time. Pure. */

/**
 * Parses a list of tokens.
 *
 * @param header Such as `keep-alive, Upgrade`; null if missing.
 * @returns The trimmed, non-empty elements. Quoted commas are not supported.
 */
export function elementsOf(header: string | null | undefined): string[] {
  return (header ?? "").split(",").map((element) => element.trim())
    .filter((element) => element !== "");
}

/**
 * Returns whether a list contains a token, ignoring case.
 *
 * @param header The header.
 * @param token The token in lower case.
 */
export function hasToken(
  header: string | null | undefined,
  token: string,
): boolean {
  return elementsOf(header)
    .some((element) => element.toLowerCase() === token);
}
