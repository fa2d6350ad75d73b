/** Signed tokens, as `deno task token` makes them, good for as long as a test
 * wants. */

import { SignJWT } from "jose";

/** A secret that is long enough for a server to take. */
export const SECRET = "a secret that is long enough to be one";

/**
 * Makes a token.
 *
 * @param claims What it grants.
 * @param seconds How long it is good; negative: it has expired.
 * @param secret The server's.
 */
export function signed(
  claims: object = {},
  seconds = 60,
  secret = SECRET,
): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: "HS256" })
    .setExpirationTime(Math.ceil(Date.now() / 1000) + seconds)
    .sign(new TextEncoder().encode(secret));
}
