/** All WebSocket connections of one server that speak a dialect. */

import { CLOSE } from "../../protocol/close_codes.ts";
import type { Authority } from "../auth/authenticator.ts";
import type { Hub } from "../hub/hub.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { ResourceLedger } from "../runtime/resource_ledger.ts";
import type { Accept } from "../transport/socket.ts";
import { Connection } from "./connection.ts";
import type { Entry } from "./login.ts";
import type { RatePool } from "./rate_pool.ts";
import type { TurnShare } from "./turn_share.ts";
import type { Patience } from "./write_progress.ts";

/** How much longer than programs people may take to say hello: they type. */
const PEOPLE_SLOWER = 12;

/** Options of {@linkcode OpenConnections}. */
export interface OpenConnectionsOptions {
  readonly hub: Hub;
  readonly authority: Authority;
  readonly clock: Clock;
  readonly log: Logger;
  readonly pool: RatePool;
  /** Bytes of a frame. */
  readonly maxFrame: number;
  readonly ledger: ResourceLedger;
  /** The time that all connections share. */
  readonly turns: TurnShare;
  /** Milliseconds a program has to say hello. */
  readonly helloMs: number;
}

/** Accepts sockets as connections, and keeps a fault of one from the others. */
export class OpenConnections {
  readonly #options: OpenConnectionsOptions;
  readonly #open = new Set<Connection>();
  /** Closed by the server, and not answered: the runtime cannot free a socket
   * whose peer does not read. */
  readonly #closing = new Set<Connection>();
  #count = 0;

  constructor(options: OpenConnectionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Number of sockets that were closed but whose peers have not answered. */
  get closing(): number {
    return this.#closing.size;
  }

  /** Returns all that are open. */
  all(): Connection[] {
    return [...this.#open];
  }

  /**
   * Returns what makes a connection of a socket.
   *
   * @param entry What its handshake asked for.
   * @param address Where it comes from.
   */
  accept(entry: Entry, address: string): Accept {
    const { pool, helloMs, ...options } = this.#options;
    const isTyped = entry.dialect.naming === "asked";
    return (socket) => {
      const connection = new Connection({
        ...options,
        id: String(++this.#count),
        socket,
        address,
        entry,
        rates: pool.connect(address),
        helloMs: helloMs * (isTyped ? PEOPLE_SLOWER : 1),
        onGone: (gone) => {
          this.#open.delete(gone);
          this.#closing.add(gone);
        },
        onClosed: (closed) => this.#closing.delete(closed),
      });
      this.#open.add(connection);
      this.#contain(connection, () => connection.open());
      return connection;
    };
  }

  /** Closes those whose peers have taken nothing for too long. */
  checkProgress(patience: Patience): void {
    for (const connection of this.#open) {
      this.#contain(connection, () => connection.checkProgress(patience));
    }
  }

  #contain(connection: Connection, act: () => void): void {
    try {
      act();
    } catch (error) {
      const { log } = this.#options;
      log.error("connection failed", { connection: connection.id, error });
      connection.end(CLOSE.internalError);
    }
  }
}
