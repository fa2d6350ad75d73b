/**
 * Encrypts names that a client returns but must not read: cursors of lists with
 * hidden entries. All nodes of a store can decrypt them.
 */

import { Buffer } from "node:buffer";
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
} from "node:crypto";

const ALGORITHM = "aes-256-gcm";
/** Bytes of the nonce and of the tag (NIST SP 800-38D). */
const NONCE = 12;
const TAG = 16;
/** Bytes that names are padded to, to hide their length. Room names have at
 * most 64 characters. */
const PADDED = 256;

/** Encrypts names with a key that never leaves the store. */
export class SealedNames {
  readonly #key: Uint8Array;

  /** @param secret The store's secret, 32 random bytes. */
  constructor(secret: Uint8Array) {
    this.#key = createHmac("sha256", secret).update("sealed name").digest();
  }

  /**
   * Encrypts a name.
   *
   * @param name At most 256 bytes of UTF-8, without NUL.
   * @returns Base64url, of the same length for all names.
   */
  seal(name: string): string {
    const padded = Buffer.alloc(PADDED);
    padded.write(name);
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv(ALGORITHM, this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(padded), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()])
      .toString("base64url");
  }

  /**
   * Decrypts a name.
   *
   * @param sealed Any text from a client.
   * @returns The name; undefined when this store did not encrypt it.
   */
  open(sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, "base64url");
    if (bytes.length !== NONCE + PADDED + TAG) return undefined;
    const nonce = bytes.subarray(0, NONCE);
    const decipher = createDecipheriv(ALGORITHM, this.#key, nonce);
    decipher.setAuthTag(bytes.subarray(-TAG));
    try {
      const padded = Buffer.concat([
        decipher.update(bytes.subarray(NONCE, -TAG)),
        decipher.final(),
      ]);
      const end = padded.indexOf(0);
      return padded.toString("utf8", 0, end < 0 ? PADDED : end);
    } catch {
      return undefined;
    }
  }
}
