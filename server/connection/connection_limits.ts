/**
 * Limits the number of connections in total and per address. A few connections
 * over a limit are accepted briefly, because browsers show a page the code and
 * reason of a close but not a failed handshake. All others get 503.
 */

import { CLOSE, type CloseReason } from "../../protocol/close_codes.ts";
import { HubbubError } from "../../protocol/errors.ts";
import type { Clock } from "../runtime/clock.ts";
import { networkKey } from "../runtime/ip_network.ts";
import type { ResourceLedger } from "../runtime/resource_ledger.ts";
import type { Accept, Socket, SocketHandler } from "../transport/socket.ts";
import { type Guest, WaitingGuests } from "./waiting_guests.ts";

/** Connection limits and their dependencies. */
export interface ConnectionLimitsOptions {
  readonly total: number;
  /** Maximum per address, or IPv6 network. */
  readonly perAddress: number;
  readonly clock: Pick<Clock, "monotonic">;
  /** Number of connections of an address or network on other nodes. */
  readonly elsewhere?: (network: string) => number;
  /** Called for each WebSocket over a limit. */
  readonly onRefused?: (error: HubbubError) => void;
  /** Called each time a limit rejects a connection. */
  readonly onFull?: (limit: ConnectionLimit) => void;
  /** Counts sockets that are being rejected. */
  readonly ledger?: Pick<ResourceLedger, "open">;
}

/** A limit, named like its setting. */
export type ConnectionLimit = "maxConnections" | "maxPerAddress";

/** Sends an error before the close of a rejected socket. */
export type SendError = (socket: Socket, error: HubbubError) => void;

/** Nodes share the counts of addresses above this fraction of the limit per
 * address. Smaller counts are not worth sharing. */
const SHARED_PART = 20;
/** Maximum number of addresses to share: the largest counts. */
const MOST_SHARED = 200;

/** Retry time, in milliseconds: connections are long-lived. */
const RETRY_MS = 10_000;

/**
 * Maximum rejected sockets open at once. They close quickly unless the peer
 * does not answer: `ws` terminates after two seconds, `native` after the idle
 * timeout.
 */
const MOST_REFUSED = { total: 100, perAddress: 5 };
/** Maximum closing sockets of an address that were evicted for a new one. */
const MOST_REPLACED = 50;

/** Errors for clients over a limit. Clients retry on their own: the other
 * connections of the address often belong to other users. */
const FULL: Readonly<
  Record<ConnectionLimit, { ending: CloseReason; message: string }>
> = {
  maxConnections: {
    ending: CLOSE.tryLater,
    message: "Too many connections. Try again later",
  },
  maxPerAddress: {
    ending: {
      ...CLOSE.tryLater,
      reason: "Too many connections from your address; try again later",
    },
    message: "Too many connections from your address. Close one, or try " +
      "again later",
  },
};

function tooMany(limit: ConnectionLimit): HubbubError {
  const { message } = FULL[limit];
  const details = { message, retryAfterMs: RETRY_MS };
  return new HubbubError("too_many_connections", details);
}

/** Counts the connections of one server until their sockets close. */
export class ConnectionLimits {
  readonly #options: ConnectionLimitsOptions;
  readonly #byAddress = new Map<string, number>();
  /** Connections that can be evicted for new ones. */
  readonly #waiting: WaitingGuests;
  #total = 0;
  /** Sockets that are being rejected. */
  readonly #refusedByAddress = new Map<string, number>();
  #refused = 0;

  constructor(options: ConnectionLimitsOptions) {
    this.#options = options;
    this.#waiting = new WaitingGuests(options.clock);
  }

  /** Number of open connections. */
  get total(): number {
    return this.#total;
  }

  /** Connection counts by address or network that are worth sharing. */
  get crowds(): ReadonlyMap<string, number> {
    const least = this.#options.perAddress / SHARED_PART;
    const crowds = [...this.#byAddress].filter(([, here]) => here >= least);
    crowds.sort(([, a], [, b]) => b - a);
    return new Map(crowds.slice(0, MOST_SHARED));
  }

  /**
   * Decides whether to reject a handshake over HTTP, when neither a connection
   * nor a slot for a rejected socket is available.
   *
   * @param address The client's address.
   * @returns The error to respond with; it is counted.
   */
  refuse(address: string): HubbubError | undefined {
    const { total, perAddress } = MOST_REFUSED;
    const place = networkKey(address);
    const refusedHere = this.#refusedByAddress.get(place) ?? 0;
    if (this.#refused < total && refusedHere < perAddress) return undefined;
    const limit = this.#reached(address);
    if (limit === undefined || this.#hasReplaceable(limit, place)) {
      return undefined;
    }
    const error = tooMany(limit);
    this.#options.onRefused?.(error);
    return error;
  }

  /**
   * Applies the limits to accepted sockets.
   *
   * @param accept Creates handlers for accepted connections. A
   * {@linkcode Guest} may be evicted until it says hello.
   * @param address The client's address.
   * @param sendError Sends the error to rejected sockets.
   */
  guard(
    accept: (socket: Socket) => SocketHandler | SocketHandler & Guest,
    address: string,
    sendError: SendError = () => {},
  ): Accept {
    return (socket) => {
      const limit = this.#reached(address);
      if (limit !== undefined && !this.#makeRoom(limit, address)) {
        const error = tooMany(limit);
        this.#options.onRefused?.(error);
        sendError(socket, error);
        const { code, reason } = FULL[limit].ending;
        socket.close(code, reason);
        return this.#rejectedHandler(address);
      }
      return this.#letIn(address, () => accept(socket));
    };
  }

  /**
   * Counts an HTTP reader.
   *
   * @param address The client's address.
   * @returns Ends the count; idempotent.
   * @throws {HubbubError} `too_many_connections`.
   */
  enter(address: string): () => void {
    const limit = this.#reached(address);
    if (limit !== undefined) throw tooMany(limit);
    return this.#add(address);
  }

  /**
   * Counts one connection. Returns a function that ends the count; idempotent.
   */
  #add(address: string): () => void {
    this.#count(address, 1);
    return once(() => this.#count(address, -1));
  }

  /** Counts an accepted socket until it closes. */
  #letIn(
    address: string,
    accept: () => SocketHandler | SocketHandler & Guest,
  ): SocketHandler {
    const place = networkKey(address);
    let leave = this.#add(address);
    let forget = () => {};
    try {
      const handler = accept();
      if ("session" in handler) {
        forget = this.#waiting.add(place, {
          get session() {
            return handler.session;
          },
          end: (reason) => {
            // Frees the slot at once; the TCP connection may last longer.
            leave();
            leave = this.#addRefused(place);
            handler.end(reason);
          },
        });
      }
      return {
        message: (frame) => handler.message(frame),
        control: (bytes) => handler.control(bytes),
        isBusy: () => handler.isBusy?.() ?? false,
        close: (code, cause) => {
          forget();
          leave();
          handler.close(code, cause);
        },
      };
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Returns whether a connection of a network can be evicted for a new one. */
  #hasReplaceable(limit: ConnectionLimit, place: string): boolean {
    return limit === "maxPerAddress" && this.#refused < MOST_REFUSED.total &&
      (this.#refusedByAddress.get(place) ?? 0) < MOST_REPLACED &&
      this.#waiting.has(place);
  }

  /** Evicts a connection without a hello in favor of a new one. */
  #makeRoom(limit: ConnectionLimit, address: string): boolean {
    const place = networkKey(address);
    if (!this.#hasReplaceable(limit, place)) return false;
    this.#waiting.take(place)?.end(FULL[limit].ending);
    return true;
  }

  /** Counts a rejected socket until it closes. */
  #addRefused(place: string): () => void {
    const gone = this.#options.ledger?.open("socket_refused");
    this.#refused++;
    change(this.#refusedByAddress, place, 1);
    return once(() => {
      this.#refused--;
      change(this.#refusedByAddress, place, -1);
      gone?.();
    });
  }

  /** Creates the handler of a rejected socket. */
  #rejectedHandler(address: string): SocketHandler {
    const close = this.#addRefused(networkKey(address));
    return { message() {}, control() {}, close };
  }

  /** Returns the limit that a new connection would exceed. */
  #reached(address: string): ConnectionLimit | undefined {
    const { total, perAddress, elsewhere = () => 0 } = this.#options;
    const network = networkKey(address);
    const here = this.#byAddress.get(network) ?? 0;
    let limit: ConnectionLimit | undefined;
    if (this.#total >= total) limit = "maxConnections";
    else if (here + elsewhere(network) >= perAddress) limit = "maxPerAddress";
    if (limit !== undefined) this.#options.onFull?.(limit);
    return limit;
  }

  #count(address: string, by: 1 | -1): void {
    this.#total += by;
    change(this.#byAddress, networkKey(address), by);
  }
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

/** Changes a count; deletes it at zero. */
function change(counts: Map<string, number>, key: string, by: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
