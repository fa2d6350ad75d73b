/**
 * Pending joins of one room. A join waits until the room is open, or until this
 * node has the messages that the client saw on another node.
 */

import type { Logger } from "../runtime/logger.ts";
import { STORE_UNAVAILABLE } from "./error_event.ts";
import { JoinQueue } from "./join_queue.ts";
import type { ReadQueue } from "./read_queue.ts";
import type { PendingJoin, Room } from "./room.ts";
import type { Session } from "./session.ts";

/** Options of {@linkcode PendingJoins}. */
export interface PendingJoinsOptions {
  readonly reads: ReadQueue;
  readonly log: Logger;
  /** Schedules a tick for the room. */
  readonly stir: (room: Room) => void;
}

/** The pending joins of one room. */
export class PendingJoins {
  readonly #options: PendingJoinsOptions;
  readonly #waiting = new JoinQueue();

  constructor(options: PendingJoinsOptions) {
    this.#options = options;
  }

  /** Whether no join is pending. */
  get empty(): boolean {
    return this.#waiting.empty;
  }

  /** Adds a join that waits until the room is open. */
  wait(join: PendingJoin): void {
    this.#waiting.add(join);
  }

  /** Returns all pending joins, and forgets them. */
  takeAll(): PendingJoin[] {
    return this.#waiting.takeAll();
  }

  /** Drops the pending joins of a session. */
  forget(session: Session): void {
    this.#waiting.forget(session);
  }

  /**
   * Joins a session to an open room. A client from another node may have seen
   * messages that this node has not got yet. If the store has them, the join
   * waits until this node gets them.
   */
  arriveIn(room: Room, join: PendingJoin): void {
    if (!room.lags(join)) return this.#letIn(room, [join]);
    const { reads, log, stir } = this.#options;
    const { session, since, id } = join;
    this.#waiting.add(join);
    const asked = reads.of({
      address: session.reader?.address ?? "",
      client: `room ${room.name}`,
    });
    asked.read(room.name, { after: room.head, limit: 1 }).then(
      ({ epoch, head }) => {
        if (!this.#waiting.has(join)) return;
        if (epoch === since?.epoch && head >= since.seq) return;
        this.#letIn(room, [join]);
      },
      (error) => {
        log.error("read failed", { room: room.name, error });
        if (!this.#waiting.delete(join)) return;
        session.reader?.tell({ ...STORE_UNAVAILABLE, id });
        stir(room);
      },
    );
  }

  /** Completes the joins whose messages this node has got by now. */
  letIn(room: Room): void {
    if (this.empty) return;
    this.#letIn(room, this.#waiting.all().filter((join) => !room.lags(join)));
  }

  #letIn(room: Room, pendingJoins: readonly PendingJoin[]): void {
    for (const join of pendingJoins) {
      this.#waiting.delete(join);
      room.arrive(join);
    }
    this.#options.stir(room);
  }
}
