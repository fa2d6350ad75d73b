/**
 * Reads of the store for those who ask: in which order they are begun, and how
 * many in one turn of the event loop. A read of SQLite holds the loop until it
 * is done, so a crowd that asks at once has to be shared over many turns; each
 * client gets one read after the others have had one. Owns also how large a
 * page of history may be: small ones when much waits to be read by clients.
 */

import { attempt } from "../runtime/attempt.ts";
import type { Clock } from "../runtime/clock.ts";
import type { ResourceLedger } from "../runtime/resource_ledger.ts";
import { TurnBudget } from "../runtime/turn_budget.ts";
import type { Page, Range, Store } from "../store/store.ts";

/** The largest page of history, bytes of its messages as JSON. */
export const PAGE_BYTES = 256 * 1024;
/** The largest when much is held for clients: as that of a room's replay. */
export const SMALL_PAGE_BYTES = 32 * 1024;
/** Bytes held for all clients, or expected, above which pages are small. */
export const MUCH_HELD = 32 * 1024 * 1024;

/** Reads under way: more than one only with a store on the network. */
const MOST_AT_ONCE = 64;
/** Reads begun in one turn, and milliseconds after which no more are. */
const MOST_A_TURN = 16;
const TURN_MS = 5;

/** What reads, for one client. */
export type Reads = Pick<Store, "read"> & {
  /** Whether messages of guests are marked for readers. */
  readonly marksGuests: boolean;
};

/** What a {@linkcode ReadQueue} needs. */
export interface ReadQueueOptions {
  readonly store: Pick<Store, "read">;
  /** Whether messages of guests are marked for readers; not by default. */
  readonly marksGuests?: boolean | undefined;
  readonly clock: Pick<Clock, "monotonic" | "soon">;
  /** Knows what is held for clients. */
  readonly ledger: Pick<ResourceLedger, "unread">;
}

/** All reads of one server that somebody has asked for. */
export class ReadQueue {
  readonly #options: ReadQueueOptions;
  /** What waits, by client; whose turn comes first is first. */
  readonly #waiting = new Map<string, (() => Promise<void>)[]>();
  #underWay = 0;
  readonly #budget: TurnBudget;
  /** Reads begun in this turn. */
  #inTurn = 0;

  constructor(options: ReadQueueOptions) {
    this.#options = options;
    this.#budget = new TurnBudget({
      clock: options.clock,
      ms: TURN_MS,
      next: () => {
        this.#inTurn = 0;
        this.#run();
      },
    });
  }

  /** Whether messages of guests are marked for readers. */
  get marksGuests(): boolean {
    return this.#options.marksGuests ?? false;
  }

  /** Reads that wait for their turn. */
  get waiting(): number {
    let count = 0;
    for (const reads of this.#waiting.values()) count += reads.length;
    return count;
  }

  /** Bytes that a page of history may have now. */
  get pageBytes(): number {
    const { ledger } = this.#options;
    return ledger.unread > MUCH_HELD ? SMALL_PAGE_BYTES : PAGE_BYTES;
  }

  /**
   * Gives what reads for one client.
   *
   * @param client Who; its reads wait for each other, and those of others do
   * not wait for all of them.
   */
  of(client: string): Reads {
    return {
      read: (room, range) => this.#read(client, room, range),
      marksGuests: this.marksGuests,
    };
  }

  #read(client: string, room: string, range: Range): Promise<Page> {
    const { promise, resolve, reject } = Promise.withResolvers<Page>();
    const reads = this.#waiting.get(client) ?? [];
    reads.push(() =>
      attempt(() => this.#options.store.read(room, range))
        .then(resolve, reject)
    );
    this.#waiting.set(client, reads);
    this.#run();
    return promise;
  }

  #run(): void {
    while (this.#waiting.size > 0 && this.#underWay < MOST_AT_ONCE) {
      if (this.#isTurnOver()) return;
      const begin = this.#next();
      this.#underWay++;
      void begin().then(() => {
        this.#underWay--;
        this.#run();
      });
    }
  }

  /** Whether no more may be begun in this turn; the next one goes on. */
  #isTurnOver(): boolean {
    const { isOver } = this.#budget;
    if (this.#inTurn > 0 && (this.#inTurn >= MOST_A_TURN || isOver)) {
      return true;
    }
    this.#inTurn++;
    return false;
  }

  /** Takes the next read, and puts its client behind all others. */
  #next(): () => Promise<void> {
    for (const [client, reads] of this.#waiting) {
      this.#waiting.delete(client);
      const [first, ...rest] = reads;
      if (rest.length > 0) this.#waiting.set(client, rest);
      if (first !== undefined) return first;
    }
    throw new RangeError("Nothing waits");
  }
}
