/**
 * How many connections there may be, in total and from one address. Who is one
 * too many is let in for a moment to be told: a browser shows its page nothing
 * of a handshake that was refused, but the code and reason of a close.
 */

import { CLOSE, type CloseReason } from "../protocol/close_codes.ts";
import { HubbubError } from "../protocol/errors.ts";
import { networkOf } from "./networks.ts";
import type { Accept, Socket, SocketHandler } from "./transport/socket.ts";

/** How many connections there may be. */
export interface AdmissionOptions {
  readonly total: number;
  /** From one address, or network of IPv6. */
  readonly perAddress: number;
  /** Connections of an address, or network, to other nodes. */
  readonly elsewhere?: (network: string) => number;
  /** Told of each WebSocket that finds no place. */
  readonly onRefused?: (error: HubbubError) => void;
}

/** Tells somebody, before the close, why there is no place. */
export type Apology = (socket: Socket, error: HubbubError) => void;

/** Other nodes are told of who has more than one part in so many of what an
 * address may have: what many have, all nodes would have to know. */
const SHARED_PART = 20;
/** Most addresses they are told of: those that have most. */
const MOST_SHARED = 200;

/** When it is worth trying again, milliseconds: connections last. */
const RETRY_MS = 10_000;

/** The handler of who is already being closed. */
const TURNED_AWAY: SocketHandler = { message() {}, close() {} };

function tooMany({ reason: message }: CloseReason): HubbubError {
  const details = { message, retryAfterMs: RETRY_MS };
  return new HubbubError("too_many_connections", details);
}

/** The connections of one server, counted until their sockets are gone. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #byAddress = new Map<string, number>();
  #total = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Connections there are now. */
  get total(): number {
    return this.#total;
  }

  /** Connections by address, or network, where these are worth telling. */
  get crowds(): ReadonlyMap<string, number> {
    const least = this.#options.perAddress / SHARED_PART;
    const crowds = [...this.#byAddress].filter(([, here]) => here >= least);
    crowds.sort(([, a], [, b]) => b - a);
    return new Map(crowds.slice(0, MOST_SHARED));
  }

  /**
   * Puts a limit before what takes sockets.
   *
   * @param accept Makes the handlers of those who are let in.
   * @param address Where the socket comes from.
   * @param apologize How to tell the others.
   */
  guard(
    accept: Accept,
    address: string,
    apologize: Apology = () => {},
  ): Accept {
    return (socket) => {
      const reason = this.#refusal(address);
      if (reason !== undefined) {
        const error = tooMany(reason);
        this.#options.onRefused?.(error);
        apologize(socket, error);
        socket.close(reason.code, reason.reason);
        return TURNED_AWAY;
      }
      this.#count(address, 1);
      try {
        const handler = accept(socket);
        return {
          message: (frame) => handler.message(frame),
          close: (code) => {
            this.#count(address, -1);
            handler.close(code);
          },
        };
      } catch (error) {
        this.#count(address, -1);
        throw error;
      }
    };
  }

  /**
   * Counts who reads over HTTP.
   *
   * @param address Where it comes from.
   * @returns To be called, once or more often, when it is gone.
   * @throws {HubbubError} `too_many_connections`.
   */
  enter(address: string): () => void {
    const reason = this.#refusal(address);
    if (reason !== undefined) throw tooMany(reason);
    this.#count(address, 1);
    let here = true;
    return () => {
      if (here) this.#count(address, -1);
      here = false;
    };
  }

  #refusal(address: string): CloseReason | undefined {
    const { total, perAddress, elsewhere = () => 0 } = this.#options;
    if (this.#total >= total) return CLOSE.tryLater;
    const network = networkOf(address) ?? address;
    const here = this.#byAddress.get(network) ?? 0;
    const all = here + elsewhere(network);
    return all >= perAddress ? CLOSE.tooMany : undefined;
  }

  #count(address: string, change: 1 | -1): void {
    this.#total += change;
    const network = networkOf(address) ?? address;
    const here = (this.#byAddress.get(network) ?? 0) + change;
    if (here === 0) this.#byAddress.delete(network);
    else this.#byAddress.set(network, here);
  }
}
