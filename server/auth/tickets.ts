/**
 * Tickets replace tokens in event stream addresses: an EventSource cannot send
 * headers, and addresses appear in logs. A ticket is valid for a minute, and
 * only to read events. It contains the token, encrypted with a key that never
 * leaves the store: all nodes accept it, and the permissions expire with the
 * token.
 */

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { EncryptJWT, errors, jwtDecrypt } from "jose";
import { HubbubError } from "../../protocol/errors.ts";
import type { Clock } from "../runtime/clock.ts";

/** How long a ticket can open a stream, in milliseconds. */
const TICKET_MS = 60_000;
const ALGORITHMS = { alg: "dir", enc: "A256GCM" };
/** Characters of a proof; 96 bits. */
const PROOF_LENGTH = 16;

/** A ticket, as clients receive it. */
export interface Ticket {
  readonly ticket: string;
  /** Until when it can open a stream, in milliseconds since 1970. */
  readonly until: number;
}

/** Issues and redeems tickets. */
export class Tickets {
  readonly #key: Uint8Array;
  readonly #proofKey: Uint8Array;
  readonly #clock: Pick<Clock, "now">;

  /**
   * @param secret The store's secret, 32 random bytes.
   * @param clock Provides the date.
   */
  constructor(secret: Uint8Array, clock: Pick<Clock, "now">) {
    const derived = (use: string) =>
      new Uint8Array(createHmac("sha256", secret).update(use).digest());
    this.#key = derived("ticket");
    this.#proofKey = derived("ticket proof");
    this.#clock = clock;
  }

  /**
   * Issues a ticket.
   *
   * @param token A valid token.
   */
  async issue(token: string): Promise<Ticket> {
    // In whole seconds (RFC 7519, 2).
    const seconds = Math.floor((this.#clock.now() + TICKET_MS) / 1000);
    const ticket = await new EncryptJWT({ token })
      .setProtectedHeader(ALGORITHMS)
      .setExpirationTime(seconds)
      .encrypt(this.#key);
    return { ticket, until: seconds * 1000 };
  }

  /**
   * Returns the proof that a reader came with a valid ticket. An EventSource
   * reconnects to the same address after the ticket expired, and sends the last
   * event's ID, which contains the proof.
   */
  proof(ticket: string): string {
    return createHmac("sha256", this.#proofKey).update(ticket)
      .digest("base64url").slice(0, PROOF_LENGTH);
  }

  /**
   * Redeems a ticket.
   *
   * @param ticket Any text from a client.
   * @param proof The proof that the reader got, if any.
   * @returns The token, which the caller must verify.
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
