/**
 * The secrets of sessions and of guests: a public id and a signature of it.
 * Signed instead of remembered, so that a session is the same author, and a
 * guest the same person, after a restart.
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
   * Returns the secret of a session.
   *
   * @param session Its public id.
   * @param guest Whose it is, where that is not the guest it began with.
   */
  issue(session: string, guest: string = session): string {
    const id = guest === session ? session : `${session}~${guest}`;
    return `${id}.${this.#sign(`session ${id}`)}`;
  }

  /**
   * Returns the session a secret was issued for, and its guest; undefined when
   * it was not issued here.
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
   * Returns the secret of a guest, which all of its sessions may show.
   *
   * @param guest The public id of the session it began with.
   */
  issueGuest(guest: string): string {
    return `${guest}.${this.#sign(`guest ${guest}`)}`;
  }

  /**
   * Returns the guest a secret was issued for; undefined when it was not issued
   * here.
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
