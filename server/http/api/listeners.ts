/** Everyone who reads a room as server-sent events: how they begin, what is
 * done for all of them, and how they end. */

import { CLOSE } from "../../../protocol/close_codes.ts";
import type { JoinRequest } from "../../../protocol/requests.ts";
import { type Cancel, type Clock, every } from "../../runtime/clock.ts";
import type { Permissions } from "../../auth/permissions.ts";
import type { Exchange } from "../exchange.ts";
import type { Hub } from "../../hub/hub.ts";
import type { Logger } from "../../runtime/logger.ts";
import { WorkInTurns } from "../../runtime/work_in_turns.ts";
import type { ResourceLedger } from "../../runtime/resource_ledger.ts";
import type { Reader } from "../../rooms/session.ts";
import { EventStream } from "./event_stream.ts";

/** How often streams are looked after, milliseconds. */
const CHECK_MS = 2_000;

/** What {@linkcode Listeners} need. */
export interface ListenersOptions {
  readonly hub: Hub;
  readonly clock: Clock;
  readonly log: Pick<Logger, "error">;
  /** Counts a reader by its address, or throws; gives what ends that. */
  readonly admit?: (address: string) => () => void;
  /** Counts streams while they are open. */
  readonly ledger: ResourceLedger;
  /** Milliseconds a reader may make no progress before it is cut off. */
  readonly slowMs: number;
}

/** Who reads: what it may do, where it is, and what it came in with. */
export interface Listener {
  readonly permissions: Permissions;
  readonly address: string;
  readonly proof?: string | undefined;
  /** The connection it is answered on. */
  readonly exchange: Exchange;
}

/** All event streams of one server. */
export class Listeners {
  readonly #options: ListenersOptions;
  readonly #streams = new Set<EventStream>();
  readonly #stopChecking: Cancel;
  /** Looks after the streams. */
  readonly #checks: WorkInTurns;

  constructor(options: ListenersOptions) {
    const { clock, log, slowMs } = options;
    this.#options = options;
    this.#checks = new WorkInTurns(clock);
    this.#stopChecking = every(clock, {
      ms: CHECK_MS,
      run: () => {
        if (!this.#checks.busy) this.#checks.add(this.#checkAll(slowMs));
      },
      failed: (error) => log.error("event streams not checked", { error }),
    });
  }

  /** Those who read now. */
  get readers(): readonly Reader[] {
    return [...this.#streams];
  }

  /**
   * Begins to read a room.
   *
   * @param request Which room, and from where on.
   * @param listener What it may do, which it ends with, where it is, and the
   * connection it is answered on.
   * @returns The stream, which has joined.
   * @throws {HubbubError} `store_unavailable`, `rooms_full`,
   * `too_many_connections` or `stopping`.
   */
  async open(
    request: JoinRequest,
    listener: Listener,
  ): Promise<EventStream> {
    const { address, exchange } = listener;
    const { admit, ledger } = this.#options;
    const leave = admit?.(address) ?? (() => {});
    const release = ledger.open("event_stream");
    const end = () => {
      release();
      // A connection that nobody reads from outlives its stream.
      exchange.done.then(leave);
    };
    try {
      const stream = await this.#open(request, listener, end);
      exchange.handOver();
      return stream;
    } catch (error) {
      leave();
      release();
      throw error;
    }
  }

  /** Stops looking after them. */
  stop(): void {
    this.#stopChecking();
    this.#checks.stop();
  }

  *#checkAll(slowMs: number): Iterator<void> {
    for (const stream of this.#streams) {
      this.#check(stream, slowMs);
      yield;
    }
  }

  /** What goes wrong with one stream must not reach the others. */
  #check(stream: EventStream, slowMs: number): void {
    try {
      stream.check(slowMs);
    } catch (error) {
      this.#options.log.error("event stream failed", { error });
      this.#streams.delete(stream);
      stream.end(CLOSE.internalError);
    }
  }

  async #open(
    request: JoinRequest,
    { permissions, address, proof, exchange }: Listener,
    end: () => void,
  ): Promise<EventStream> {
    const { hub, clock, ledger } = this.#options;
    const stream = new EventStream({
      clock,
      ledger,
      address,
      until: permissions.until,
      proof,
      onGone: () => {
        end();
        exchange.done.then(() => stream.taken());
        this.#streams.delete(stream);
        hub.leave(session, request.room);
      },
    });
    const session = hub.listen(stream, request, permissions);
    this.#streams.add(stream);
    try {
      await stream.started;
      return stream;
    } catch (error) {
      this.#streams.delete(stream);
      throw error;
    }
  }
}
