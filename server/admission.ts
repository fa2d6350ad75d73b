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
  /** Told of each time that a limit leaves somebody no place. */
  readonly onFull?: (limit: ConnectionLimit) => void;
}

/** What somebody finds no place for, as the setting is called. */
export type ConnectionLimit = "maxConnections" | "maxPerAddress";

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
const TURNED_AWAY: SocketHandler = {
  message() {},
  control() {},
  close() {},
};

/** What those are told whom a limit leaves no place. */
const FULL: Readonly<
  Record<ConnectionLimit, { ending: CloseReason; message: string }>
> = {
  maxConnections: {
    ending: CLOSE.tryLater,
    message: "There are as many connections as there may be. Try again later",
  },
  maxPerAddress: {
    ending: CLOSE.tooMany,
    message:
      "There are as many connections from your address as there may be. " +
      "Close another one, or try again later",
  },
};

function tooMany(limit: ConnectionLimit): HubbubError {
  const { message } = FULL[limit];
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
      const limit = this.#reached(address);
      if (limit !== undefined) {
        const error = tooMany(limit);
        this.#options.onRefused?.(error);
        apologize(socket, error);
        const { code, reason } = FULL[limit].ending;
        socket.close(code, reason);
        return TURNED_AWAY;
      }
      this.#count(address, 1);
      try {
        const handler = accept(socket);
        return {
          message: (frame) => handler.message(frame),
          control: (bytes) => handler.control(bytes),
          close: (code, cause) => {
            this.#count(address, -1);
            handler.close(code, cause);
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
    const limit = this.#reached(address);
    if (limit !== undefined) throw tooMany(limit);
    this.#count(address, 1);
    let here = true;
    return () => {
      if (here) this.#count(address, -1);
      here = false;
    };
  }

  /** The limit that leaves one more no place. */
  #reached(address: string): ConnectionLimit | undefined {
    const { total, perAddress, elsewhere = () => 0 } = this.#options;
    const network = networkOf(address) ?? address;
    const here = this.#byAddress.get(network) ?? 0;
    let limit: ConnectionLimit | undefined;
    if (this.#total >= total) limit = "maxConnections";
    else if (here + elsewhere(network) >= perAddress) limit = "maxPerAddress";
    if (limit !== undefined) this.#options.onFull?.(limit);
    return limit;
  }

  #count(address: string, change: 1 | -1): void {
    this.#total += change;
    const network = networkOf(address) ?? address;
    const here = (this.#byAddress.get(network) ?? 0) + change;
    if (here === 0) this.#byAddress.delete(network);
    else this.#byAddress.set(network, here);
  }
}
