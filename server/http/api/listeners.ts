/**
 * All readers of server-sent events: starts, checks and stops their streams.
 */

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

/** Interval of stream checks, in milliseconds. */
const CHECK_MS = 2_000;

/** Options of {@linkcode Listeners}. */
export interface ListenersOptions {
  readonly hub: Hub;
  readonly clock: Clock;
  readonly log: Pick<Logger, "error">;
  /** Counts a reader of an address, or throws. Returns a function that ends the
   * count. */
  readonly admit?: (address: string) => () => void;
  /** Counts open streams. */
  readonly ledger: ResourceLedger;
  /** Time without progress after which a reader is cut off, in milliseconds. */
  readonly slowMs: number;
}

/** A reader: its permissions, address and credentials. */
export interface Listener {
  readonly permissions: Permissions;
  readonly address: string;
  readonly proof?: string | undefined;
  /** The exchange that the response belongs to. */
  readonly exchange: Exchange;
}

/** All event streams of one server. */
export class Listeners {
  readonly #options: ListenersOptions;
  readonly #streams = new Set<EventStream>();
  readonly #stopChecking: Cancel;
  /** Checks the streams in turns. */
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

  /** The current readers. */
  get readers(): readonly Reader[] {
    return [...this.#streams];
  }

  /**
   * Starts to stream a room.
   *
   * @param request The room and where to start.
   * @param listener The reader; the stream ends when its permission expires.
   * @returns The stream, after it has joined.
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
      // An idle connection may outlive its stream.
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

  /** Stops the checks. */
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

  /** Checks one stream; its errors do not affect the others. */
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
