/** A file to serve from memory, with a validator for conditional requests. */

/** A file to serve. */
export interface Asset {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** A validator for conditional requests (RFC 9110, 8.8.3). */
  readonly etag: string;
}

/**
 * Makes a file of what it has in it.
 *
 * @param body Its bytes.
 * @param type Its media type.
 */
export async function assetOf(
  body: Uint8Array<ArrayBuffer>,
  type: string,
): Promise<Asset> {
  return { body, type, etag: `"${await hash(body)}"` };
}

/** Returns a short hash of some bytes: 24 hexadecimal digits of SHA-256. */
export async function hash(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).slice(0, 12).toHex();
}
