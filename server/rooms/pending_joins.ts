/**
 * Who waits to be let into one room: until it has been opened, or until this
 * node knows of what they have seen on another.
 */

import type { Logger } from "../runtime/logger.ts";
import { attempt } from "../runtime/attempt.ts";
import { STORE_UNAVAILABLE } from "./error_event.ts";
import type { Arrival, Room } from "./room.ts";
import type { Session } from "./session.ts";
import type { Store } from "../store/store.ts";

/** What {@linkcode Arrivals} need. */
export interface ArrivalsOptions {
  readonly store: Pick<Store, "read">;
  readonly log: Logger;
  /** Makes sure that a tick looks at the room. */
  readonly stir: (room: Room) => void;
}

/** Those who wait for one room. */
export class Arrivals {
  readonly #options: ArrivalsOptions;
  #waiting: Arrival[] = [];

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  /** Whether nobody waits. */
  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Has somebody wait until the room has been opened. */
  wait(arrival: Arrival): void {
    this.#waiting.push(arrival);
  }

  /** Has nobody wait any more; gives those who did. */
  takeAll(): Arrival[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  /** Has a session wait no more. */
  forget(session: Session): void {
    this.#waiting = this.#waiting.filter((other) => other.session !== session);
  }

  /** Lets somebody in. Who comes from another node may have seen there what
   * this one is not told of yet, and waits for it; for as long as it takes, if
   * the store has it. */
  arriveIn(room: Room, arrival: Arrival): void {
    if (!room.lags(arrival)) return this.#letIn(room, [arrival]);
    const { store, log, stir } = this.#options;
    const { session, since, id } = arrival;
    this.#waiting.push(arrival);
    attempt(() => store.read(room.name, { after: room.head, limit: 1 })).then(
      ({ epoch, head }) => {
        if (!this.#waiting.includes(arrival)) return;
        if (epoch === since?.epoch && head >= since.seq) return;
        this.#letIn(room, [arrival]);
      },
      (error) => {
        log.error("read failed", { room: room.name, error });
        if (!this.#waiting.includes(arrival)) return;
        this.#waiting = this.#waiting.filter((other) => other !== arrival);
        session.reader?.tell({ ...STORE_UNAVAILABLE, id });
        stir(room);
      },
    );
  }

  /** Lets in who has seen no more than this node knows of by now. */
  letIn(room: Room): void {
    if (this.empty) return;
    this.#letIn(room, this.#waiting.filter((arrival) => !room.lags(arrival)));
  }

  #letIn(room: Room, arrivals: readonly Arrival[]): void {
    this.#waiting = this.#waiting.filter((other) => !arrivals.includes(other));
    for (const arrival of arrivals) room.arrive(arrival);
    this.#options.stir(room);
  }
}
