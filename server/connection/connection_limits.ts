/**
 * How many connections there may be, in total and from one address. A few of
 * those beyond a limit are let in for a moment to be told: a browser shows its
 * page nothing of a handshake that was refused, but the code and reason of a
 * close. All others get 503.
 */

import { CLOSE, type CloseReason } from "../../protocol/close_codes.ts";
import { HubbubError } from "../../protocol/errors.ts";
import type { Clock } from "../runtime/clock.ts";
import { placeOf } from "../runtime/ip_network.ts";
import type { ResourceLedger } from "../runtime/resource_ledger.ts";
import type { Accept, Socket, SocketHandler } from "../transport/socket.ts";
import { type Guest, WaitingGuests } from "./waiting_guests.ts";

/** How many connections there may be, and who tells the time. */
export interface ConnectionLimitsOptions {
  readonly total: number;
  /** From one address, or network of IPv6. */
  readonly perAddress: number;
  readonly clock: Pick<Clock, "monotonic">;
  /** Connections of an address, or network, to other nodes. */
  readonly elsewhere?: (network: string) => number;
  /** Told of each WebSocket that finds no place. */
  readonly onRefused?: (error: HubbubError) => void;
  /** Told of each time that a limit leaves somebody no place. */
  readonly onFull?: (limit: ConnectionLimit) => void;
  /** Counts the sockets that are being refused. */
  readonly ledger?: Pick<ResourceLedger, "open">;
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

/** Sockets beyond a limit that may be open at once to be told so. Each is gone
 * in a moment, but for a peer that does not answer the close: `ws` cuts that off
 * after two seconds, `native` when it was silent for the idle timeout. */
const MOST_REFUSED = { total: 100, perAddress: 5 };
/** Sockets of an address that may be open at once after they made room. */
const MOST_REPLACED = 50;

/** What those are told whom a limit leaves no place. They come back by
 * themselves: the other connections are often somebody else's. */
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

/** The connections of one server, counted until their sockets are gone. */
export class ConnectionLimits {
  readonly #options: ConnectionLimitsOptions;
  readonly #byAddress = new Map<string, number>();
  /** Those that make room for others. */
  readonly #waiting: WaitingGuests;
  #total = 0;
  /** Those that are being refused. */
  readonly #refusedByAddress = new Map<string, number>();
  #refused = 0;

  constructor(options: ConnectionLimitsOptions) {
    this.#options = options;
    this.#waiting = new WaitingGuests(options.clock);
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
   * Tells whether a handshake is to be answered over HTTP: there is no place
   * for it, nor for one more that is let in to be told.
   *
   * @param address Where it comes from.
   * @returns The error to answer with; it is counted.
   */
  refuse(address: string): HubbubError | undefined {
    const { total, perAddress } = MOST_REFUSED;
    const place = placeOf(address);
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
   * Puts a limit before what takes sockets.
   *
   * @param accept Makes the handlers of those who are let in. A
   * {@linkcode Guest} makes room for others until it has said hello.
   * @param address Where the socket comes from.
   * @param apologize How to tell the others.
   */
  guard(
    accept: (socket: Socket) => SocketHandler | SocketHandler & Guest,
    address: string,
    apologize: Apology = () => {},
  ): Accept {
    return (socket) => {
      const limit = this.#reached(address);
      if (limit !== undefined && !this.#makeRoom(limit, address)) {
        const error = tooMany(limit);
        this.#options.onRefused?.(error);
        apologize(socket, error);
        const { code, reason } = FULL[limit].ending;
        socket.close(code, reason);
        return this.#turnedAway(address);
      }
      return this.#letIn(address, () => accept(socket));
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
    return this.#add(address);
  }

  /** Counts one until what it gives is called, once or more often. */
  #add(address: string): () => void {
    this.#count(address, 1);
    return once(() => this.#count(address, -1));
  }

  /** Counts a socket that is let in to its end. */
  #letIn(
    address: string,
    accept: () => SocketHandler | SocketHandler & Guest,
  ): SocketHandler {
    const place = placeOf(address);
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
            // Its place is free at once, its connection may last.
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

  /** Whether a connection of a place would make room for another one. */
  #hasReplaceable(limit: ConnectionLimit, place: string): boolean {
    return limit === "maxPerAddress" && this.#refused < MOST_REFUSED.total &&
      (this.#refusedByAddress.get(place) ?? 0) < MOST_REPLACED &&
      this.#waiting.has(place);
  }

  /** Has a connection that has said no hello make room for one that may. */
  #makeRoom(limit: ConnectionLimit, address: string): boolean {
    const place = placeOf(address);
    if (!this.#hasReplaceable(limit, place)) return false;
    this.#waiting.take(place)?.end(FULL[limit].ending);
    return true;
  }

  /** Counts a socket that is being refused to its end. */
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

  /** The handler of a socket that is being refused. */
  #turnedAway(address: string): SocketHandler {
    const close = this.#addRefused(placeOf(address));
    return { message() {}, control() {}, close };
  }

  /** The limit that leaves one more no place. */
  #reached(address: string): ConnectionLimit | undefined {
    const { total, perAddress, elsewhere = () => 0 } = this.#options;
    const network = placeOf(address);
    const here = this.#byAddress.get(network) ?? 0;
    let limit: ConnectionLimit | undefined;
    if (this.#total >= total) limit = "maxConnections";
    else if (here + elsewhere(network) >= perAddress) limit = "maxPerAddress";
    if (limit !== undefined) this.#options.onFull?.(limit);
    return limit;
  }

  #count(address: string, by: 1 | -1): void {
    this.#total += by;
    change(this.#byAddress, placeOf(address), by);
  }
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

/** Changes a count, and forgets one that is nothing. */
function change(counts: Map<string, number>, key: string, by: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
