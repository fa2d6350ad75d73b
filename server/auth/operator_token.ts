/**
 * The operator's token of an open server: its bearer may moderate. An address
 * does not identify the operator, since behind a proxy or tunnel all clients
 * connect from the same machine. The token is derived from the store's secret,
 * so it is valid on all nodes and after a restart.
 */

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { type Permissions, TRUSTED } from "./permissions.ts";

/**
 * The operator's user ID, like a token's `sub`: one person on all devices.
 * Signed tokens cannot contain it, so nobody inherits the operator's messages
 * when the server later requires tokens.
 */
export const OPERATOR_USER = "hubbub-operator";

/** The operator's permissions: everything, as one person. */
export const OPERATOR: Permissions = { ...TRUSTED, user: OPERATOR_USER };

/** Identifies the token to people and to secret scanners. */
const PREFIX = "hubbub-operator-";

/**
 * Derives the token of a store.
 *
 * @param secret The store's secret, 32 random bytes.
 * @returns 59 URL-safe characters.
 */
export function operatorToken(secret: Uint8Array): string {
  const signature = createHmac("sha256", secret).update("operator");
  return PREFIX + signature.digest("base64url");
}

/**
 * Compares a token with the operator's in constant time.
 *
 * @param given Any text from a client.
 * @param wanted The operator's token.
 */
export function isOperatorToken(given: string, wanted: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(wanted);
  return a.length === b.length && timingSafeEqual(a, b);
}
