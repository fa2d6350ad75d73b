/**
 * Reads of the store for those who ask: in which order they are begun, and how
 * many in one turn of the event loop. A read of SQLite holds the loop until it
 * is done, so a crowd that asks at once has to be shared over many turns. The
 * addresses take turns, then the clients of each. Owns also how large a page of
 * history may be: small ones when much waits to be read by clients.
 */

import { attempt } from "../runtime/attempt.ts";
import type { Clock } from "../runtime/clock.ts";
import { FairQueue, type Party } from "../runtime/fair_queue.ts";
import { networkKey } from "../runtime/ip_network.ts";
import type { ResourceLedger } from "../runtime/resource_ledger.ts";
import { TurnBudget } from "../runtime/turn_budget.ts";
import type { Page, Range, Store } from "../store/store.ts";
import type { Session } from "./session.ts";

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

/** What reads messages. */
export type Reads = Pick<Store, "read"> & {
  /** Whether messages of guests are marked for readers. */
  readonly marksGuests: boolean;
};

/** Who asks for a read. */
export interface ReadsFor {
  /** Such as `192.0.2.7`: it has one share, however many ask from there. */
  readonly address: string;
  /** Who of those at the address, such as `session 5c1f`: the same again. */
  readonly client: string;
}

/** Returns who asks when a session does: its person, wherever connected. */
export function readsFor(
  { author, reader }: Pick<Session, "author" | "reader">,
): ReadsFor {
  return { address: reader?.address ?? "", client: author.key };
}

function partyOf({ address, client }: ReadsFor): Party {
  return { group: networkKey(address), member: client };
}

/** What a {@linkcode ReadQueue} runs. */
type Job = () => Promise<void>;

/** What a {@linkcode ReadQueue} needs. */
export interface ReadQueueOptions {
  readonly store: Pick<Store, "read" | "rooms">;
  /** Whether messages of guests are marked for readers; not by default. */
  readonly marksGuests?: boolean | undefined;
  readonly clock: Pick<Clock, "monotonic" | "soon">;
  /** Knows what is held for clients. */
  readonly ledger: Pick<ResourceLedger, "unread">;
}

/** All reads of one server that somebody has asked for. */
export class ReadQueue {
  readonly #options: ReadQueueOptions;
  readonly #waiting = new FairQueue<Job>();
  #underWay = 0;
  readonly #budget: TurnBudget;
  /** Reads begun in this turn. */
  #inTurn = 0;

  constructor(options: ReadQueueOptions) {
    this.#options = options;
    this.#budget = new TurnBudget({
      clock: options.clock,
      ms: TURN_MS,
      pauses: "pauses",
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
    return this.#waiting.size;
  }

  /** Bytes that a page of history may have now. */
  get pageBytes(): number {
    const { ledger } = this.#options;
    return ledger.unread > MUCH_HELD ? SMALL_PAGE_BYTES : PAGE_BYTES;
  }

  /**
   * Returns what reads for one client.
   *
   * @param asker Whose turns its reads take.
   */
  of(asker: ReadsFor): Reads & Pick<Store, "rooms"> {
    const { store } = this.#options;
    const party = partyOf(asker);
    return {
      read: (room, range) =>
        this.#add([party], () => store.read(room, range)).result,
      rooms: (range) => this.#add([party], () => store.rooms(range)).result,
      marksGuests: this.marksGuests,
    };
  }

  /** Returns what reads the same for several clients. */
  shared(): SharedReads {
    const { store } = this.#options;
    return new SharedReads(
      (parties, room, range) =>
        this.#add(parties, () => store.read(room, range)),
    );
  }

  /** Has work done when the first of some parties has its turn. */
  #add<T>(parties: Iterable<Party>, work: () => Promise<T>): Queued<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let cancels: (() => void)[] | undefined = [];
    const job = () => {
      for (const cancel of cancels ?? []) cancel();
      cancels = undefined;
      return attempt(work).then(resolve, reject);
    };
    const join = (party: Party) =>
      void cancels?.push(this.#waiting.push(party, job));
    for (const party of parties) join(party);
    this.#run();
    return { result: promise, join };
  }

  #run(): void {
    while (this.#waiting.size > 0 && this.#underWay < MOST_AT_ONCE) {
      if (this.#isTurnOver()) return;
      const begin = this.#waiting.shift();
      if (begin === undefined) return;
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
}

/** Work that waits for its turn. */
interface Queued<T> {
  readonly result: Promise<T>;
  /** Has it done in the turn of another party, if that comes first. */
  readonly join: (party: Party) => void;
}

type AddRead = (
  parties: Iterable<Party>,
  room: string,
  range: Range,
) => Queued<Page>;

/**
 * Reads of several clients that need the same messages. They take the turn of
 * whichever client has one first, so that nobody waits behind the crowd at
 * another client's address.
 */
export class SharedReads implements Reads {
  /** They are marked when they are encoded. */
  readonly marksGuests = false;
  readonly #add: AddRead;
  readonly #parties = new Map<string, Party>();
  #last: Queued<Page> | undefined;

  /** @param add Queues a read for some parties. */
  constructor(add: AddRead) {
    this.#add = add;
  }

  /** Adds a client; one of each address does. */
  join(asker: ReadsFor): void {
    const party = partyOf(asker);
    if (this.#parties.has(party.group)) return;
    this.#parties.set(party.group, party);
    this.#last?.join(party);
  }

  read(room: string, range: Range): Promise<Page> {
    this.#last = this.#add(this.#parties.values(), room, range);
    return this.#last.result;
  }
}
