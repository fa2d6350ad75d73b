/**
 * Resume tokens and guest secrets: a public id with its signature. The server
 * keeps no list of them, so a session stays the same author, and a guest the
 * same person, after a restart.
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";

/** Signs and verifies the tokens of one store's sessions. */
export class Tokens {
  readonly #secret: Uint8Array;

  /** @param secret At least 32 random bytes that only the server knows. */
  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /**
   * Returns the resume token of a session.
   *
   * @param session Its public id.
   * @param guest The id of its guest; by default the session's own id.
   */
  issue(session: string, guest: string = session): string {
    const id = guest === session ? session : `${session}~${guest}`;
    return `${id}.${this.#sign(`session ${id}`)}`;
  }

  /**
   * Returns the session and guest of a resume token; undefined when its
   * signature is not valid.
   *
   * @param token Anything a client sent.
   */
  verify(token: string): { session: string; guest: string } | undefined {
    const id = this.#verified("session", token);
    if (id === undefined) return undefined;
    const [session = "", guest = session] = id.split("~");
    return { session, guest };
  }

  /**
   * Returns the secret of a guest, which all of its sessions may send.
   *
   * @param guest The public id of the guest's first session.
   */
  issueGuest(guest: string): string {
    return `${guest}.${this.#sign(`guest ${guest}`)}`;
  }

  /**
   * Returns the guest of a secret; undefined when its signature is not valid.
   *
   * @param secret Anything a client sent.
   */
  verifyGuest(secret: string): string | undefined {
    return this.#verified("guest", secret);
  }

  #verified(kind: "session" | "guest", secret: string): string | undefined {
    const dot = secret.lastIndexOf(".");
    const id = secret.slice(0, dot);
    const wanted = Buffer.from(this.#sign(`${kind} ${id}`));
    const given = Buffer.from(secret.slice(dot + 1));
    const same = wanted.length === given.length &&
      timingSafeEqual(wanted, given);
    return dot > 0 && same ? id : undefined;
  }

  #sign(words: string): string {
    return createHmac("sha256", this.#secret).update(words)
      .digest("base64url").slice(0, 32);
  }
}
