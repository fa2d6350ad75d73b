/**
 * The operator's token of a server that is open to everybody: whoever has it
 * moderates. An address does not tell who runs a server, since behind a proxy
 * or a tunnel all come from the machine itself. The token is signed with the
 * store's own secret: it holds on all nodes, and after a restart.
 */

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { type Permissions, TRUSTED } from "./permissions.ts";

/** The operator's user id, as if it were a token's `sub`: it names one person
 * on all devices. Signed tokens cannot have it, so nobody inherits what the
 * operator wrote when the server asks for signed tokens later. */
export const OPERATOR_USER = "hubbub-operator";

/** What the operator may do: everything, as one person. */
export const OPERATOR: Permissions = { ...TRUSTED, user: OPERATOR_USER };

/** Tells people, and tools that look for secrets, what it is. */
const PREFIX = "hubbub-operator-";

/**
 * Makes the token of a store.
 *
 * @param secret The store's, 32 random bytes.
 * @returns 59 characters that fit into an address.
 */
export function operatorToken(secret: Uint8Array): string {
  const signature = createHmac("sha256", secret).update("operator");
  return PREFIX + signature.digest("base64url");
}

/**
 * Compares a token with the operator's, in a time that tells nothing.
 *
 * @param given Anything a client sent.
 * @param wanted The operator's.
 */
export function isOperatorToken(given: string, wanted: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(wanted);
  return a.length === b.length && timingSafeEqual(a, b);
}
