/** All chat WebSocket connections of one server. */

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
import type { TurnShare } from "../runtime/turn_share.ts";
import type { ProgressTimeouts } from "./write_progress.ts";

/** Factor of the hello time limit for dialects in which people type. */
const PEOPLE_SLOWER = 12;

/** Options of {@linkcode OpenConnections}. */
export interface OpenConnectionsOptions {
  readonly hub: Hub;
  readonly authority: Authority;
  readonly clock: Clock;
  readonly log: Logger;
  readonly pool: RatePool;
  /** Maximum bytes of a frame. */
  readonly maxFrame: number;
  readonly ledger: ResourceLedger;
  /** Time budget shared by all connections. */
  readonly turns: TurnShare;
  /** Hello time limit for programs, in milliseconds. */
  readonly helloMs: number;
}

/** Creates connections for sockets and isolates their faults. */
export class OpenConnections {
  readonly #options: OpenConnectionsOptions;
  readonly #open = new Set<Connection>();
  /** Closed by the server without an answer: the runtime cannot free a socket
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

  /** Returns all open connections. */
  all(): Connection[] {
    return [...this.#open];
  }

  /**
   * Returns a function that creates a connection for a socket.
   *
   * @param entry What the handshake requested.
   * @param address The client's address.
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

  /** Closes connections whose peers have read nothing for too long. */
  checkProgress(timeouts: ProgressTimeouts): void {
    for (const connection of this.#open) {
      this.#contain(connection, () => connection.checkProgress(timeouts));
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
