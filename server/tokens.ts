/**
 * The secret of a session: its public id and a signature of it. Signed instead
 * of remembered, so that a session is the same author after a restart.
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";

/** Makes and checks the tokens of one store's sessions. */
export class Tokens {
  readonly #secret: Uint8Array;

  /** @param secret Random bytes that only the server knows; 32 are enough. */
  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /**
   * @param session Public id of a session.
   * @returns Its token.
   */
  issue(session: string): string {
    return `${session}.${this.#sign(session)}`;
  }

  /**
   * @param token Anything a client sent.
   * @returns The session it was issued for, or undefined when it was not
   * issued here.
   */
  verify(token: string): string | undefined {
    const dot = token.lastIndexOf(".");
    const session = token.slice(0, dot);
    const wanted = Buffer.from(this.#sign(session));
    const given = Buffer.from(token.slice(dot + 1));
    const same = wanted.length === given.length &&
      timingSafeEqual(wanted, given);
    return dot > 0 && same ? session : undefined;
  }

  #sign(session: string): string {
    return createHmac("sha256", this.#secret).update(`session ${session}`)
      .digest("base64url").slice(0, 32);
  }
}
