/**
 * Tickets: what stands in the address of an event stream for a token. A page's
 * EventSource can send no header, and addresses are logged on the way: so a
 * ticket holds for a minute, and for reading events alone. It is the token,
 * encrypted with a key that never leaves the store: all nodes take it, and the
 * rights end when the token's do.
 */

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { EncryptJWT, errors, jwtDecrypt } from "jose";
import { HubbubError } from "../../protocol/errors.ts";
import type { Clock } from "../runtime/clock.ts";

/** How long a ticket opens a stream, milliseconds. */
const TICKET_MS = 60_000;
const ALGORITHMS = { alg: "dir", enc: "A256GCM" };
/** Characters of a proof; 96 bits. */
const PROOF_LENGTH = 16;

/** A ticket, as a script gets it. */
export interface Ticket {
  readonly ticket: string;
  /** Until when it opens a stream, milliseconds since 1970. */
  readonly until: number;
}

/** Makes and takes tickets. */
export class Tickets {
  readonly #key: Uint8Array;
  readonly #proofKey: Uint8Array;
  readonly #clock: Pick<Clock, "now">;

  /**
   * @param secret The store's, 32 random bytes.
   * @param clock What time it is.
   */
  constructor(secret: Uint8Array, clock: Pick<Clock, "now">) {
    const derived = (use: string) =>
      new Uint8Array(createHmac("sha256", secret).update(use).digest());
    this.#key = derived("ticket");
    this.#proofKey = derived("ticket proof");
    this.#clock = clock;
  }

  /**
   * Makes a ticket.
   *
   * @param token What it stands for; it was checked.
   */
  async issue(token: string): Promise<Ticket> {
    // In whole seconds, as the standard has it (RFC 7519, 2).
    const seconds = Math.floor((this.#clock.now() + TICKET_MS) / 1000);
    const ticket = await new EncryptJWT({ token })
      .setProtectedHeader(ALGORITHMS)
      .setExpirationTime(seconds)
      .encrypt(this.#key);
    return { ticket, until: seconds * 1000 };
  }

  /**
   * What a reader got that came in with a ticket. An EventSource comes back
   * under the same address, long after the ticket's minute, and sends the last
   * event's id, of which this is a part.
   */
  proof(ticket: string): string {
    return createHmac("sha256", this.#proofKey).update(ticket)
      .digest("base64url").slice(0, PROOF_LENGTH);
  }

  /**
   * Takes a ticket.
   *
   * @param ticket Anything a client sent.
   * @param proof What it got when the ticket was new.
   * @returns The token, which is to be checked.
   * @throws {HubbubError} `auth_invalid` or `auth_expired`.
   */
  async redeem(ticket: string, proof: string | undefined): Promise<string> {
    try {
      const { payload } = await jwtDecrypt(ticket, this.#key, {
        keyManagementAlgorithms: [ALGORITHMS.alg],
        contentEncryptionAlgorithms: [ALGORITHMS.enc],
        currentDate: new Date(this.#clock.now()),
      });
      return String(payload["token"]);
    } catch (error) {
      if (!(error instanceof errors.JWTExpired)) {
        throw new HubbubError("auth_invalid", {
          message: "This ticket is invalid. Request one with POST /api/tickets",
        });
      }
      if (this.#proves(ticket, proof)) return String(error.payload["token"]);
      throw new HubbubError("auth_expired", {
        message: "This ticket has expired. Request one with POST /api/tickets",
      });
    }
  }

  #proves(ticket: string, proof = ""): boolean {
    const a = Buffer.from(proof);
    const b = Buffer.from(this.proof(ticket));
    return a.length === b.length && timingSafeEqual(a, b);
  }
}
