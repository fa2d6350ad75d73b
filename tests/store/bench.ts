/**
 * What the store contract's tests share: a place where logs are, opened and
 * opened again, and words for what is done to it.
 */

import { setImmediate } from "node:timers";
import { assertEquals } from "@std/assert";
import { FakeClock } from "../helpers/doubles/clock.ts";
import type {
  Draft,
  Feed,
  LogState,
  Receipt,
  Retention,
  Store,
  StoredMessage,
} from "../../server/store/store.ts";

/** What an adapter is told on opening. */
export interface OpenOptions {
  readonly retention: Retention;
  readonly clock: FakeClock;
  readonly maxRooms?: number;
}

/** Where one test's logs are. */
export interface Place extends AsyncDisposable {
  /** Whether logs outlive a store that is closed. */
  readonly persistent: boolean;
  /** Opens a store on it: one at a time, or several where that is what is
   * tested (fleet.ts). */
  open(options: OpenOptions): Promise<Store>;
  /** How many entries there are about rooms, of whatever kind; where they are
   * somewhere else than in this process. */
  entries?(store: Store): Promise<number>;
  /** By how much the date may be set without a repeat being taken for new,
   * where it goes by dates; milliseconds. */
  readonly datesSet?: readonly number[];
  /** Makes what is stored of a room such that nothing can be added to it; not
   * where a room has nothing outside of this process that could break. */
  breakRoom?(store: Store, room: string): Promise<void>;
}

/** Keeps everything. */
export const KEEP_ALL: Retention = { messages: 1_000_000, ms: 0 };

/** One test's store. */
export class Bench implements AsyncDisposable {
  readonly clock: FakeClock;
  readonly #place: Place;
  readonly #options: OpenOptions;
  store: Store;

  private constructor(place: Place, store: Store, options: OpenOptions) {
    this.#place = place;
    this.store = store;
    this.clock = options.clock;
    this.#options = options;
  }

  static async open(
    place: Place,
    retention = KEEP_ALL,
    more: { maxRooms?: number } = {},
  ): Promise<Bench> {
    const options = { retention, clock: new FakeClock(), ...more };
    const store = await place.open(options);
    return new Bench(place, store, options);
  }

  get persistent(): boolean {
    return this.#place.persistent;
  }

  /** Closes the store and opens the place again. */
  async reopen(): Promise<void> {
    await this.store.close();
    this.store = await this.#place.open(this.#options);
  }

  /** Appends one tick of texts by one author, none with a `cid`. */
  say(room: string, ...texts: string[]): Promise<Receipt[]> {
    return this.store.append(texts.map((text) => draft({ room, text })));
  }

  /** Appends `count` messages, the first one's text is `1`. */
  async fill(room: string, count: number): Promise<void> {
    await this.say(
      room,
      ...Array.from({ length: count }, (_, i) => `${i + 1}`),
    );
  }

  /** Follows a room and writes down what comes. */
  async follow(room: string): Promise<RecordingFeed> {
    const feed = new RecordingFeed();
    feed.state = await this.store.follow(room, feed);
    return feed;
  }

  /** Runs the retention until it has nothing more to do. */
  async trimAll(): Promise<void> {
    for (let step = 0; step < 50; step++) await this.store.trim();
  }

  /** Everything a room keeps. */
  async texts(room: string): Promise<string[]> {
    const page = await this.store.read(room, { after: 0, limit: 10_000 });
    return page.messages.map(({ text }) => text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
    await turn();
    await this.#place[Symbol.asyncDispose]();
  }
}

/** Lets what was put off to the end of this turn come to pass: Deno 2.5.0
 * takes it for a timer that leaks. */
export function turn(): Promise<void> {
  return new Promise((done) => setImmediate(() => done()));
}

/** A draft of which only some matters. */
export function draft(fields: Partial<Draft> & { room: string }): Draft {
  return { from: "Ada", author: "ada", text: "hi", ...fields };
}

/** Writes down what it is fed. */
export class RecordingFeed implements Feed {
  state: LogState = { epoch: "", first: 0, head: 0 };
  readonly batches: (readonly StoredMessage[])[] = [];
  readonly firsts: number[] = [];

  append(messages: readonly StoredMessage[]): void {
    this.batches.push(messages);
  }

  trimmed(first: number): void {
    this.firsts.push(first);
  }

  reset(_state: LogState): void {
    throw new Error("The log was reset");
  }

  get messages(): StoredMessage[] {
    return this.batches.flat();
  }

  get texts(): string[] {
    return this.messages.map(({ text }) => text);
  }
}

/** Every message's seq is its place in the list, from `first`. */
export function assertWithoutHoles(
  messages: readonly StoredMessage[],
  first = 1,
): void {
  assertEquals(
    messages.map(({ seq }) => seq),
    messages.map((_, index) => first + index),
  );
}
