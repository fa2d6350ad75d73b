/**
 * A store whose answers come when the test lets them: for everything that can
 * happen while a store on a network takes its time, or fails.
 */

import { MemoryStore } from "../../../server/store/memory_store.ts";
import {
  type Draft,
  type Feed,
  type KeptChanges,
  type KeptWatcher,
  type LogState,
  type Page,
  type Range,
  type Receipt,
  refusedFor,
  type Retention,
  type RoomsRange,
  type RoomSummary,
  type Store,
} from "../../../server/store/store.ts";
import { settled } from "./clock.ts";
import type { FakeClock } from "./clock.ts";

/** What can be held. */
export type Held = "append" | "follow" | "read" | "check" | "keep" | "trim";

/** The memory store, held. */
export class HeldStore implements Store {
  readonly inner: MemoryStore;
  /** Calls of these wait to be released. */
  readonly held = new Set<Held>();
  /** Calls of these fail when they are carried out. */
  readonly failing = new Set<Held>();
  /** Rooms that take no message, while others do. */
  readonly broken = new Set<string>();
  /** Makes the error they fail with. */
  failure: (words: string) => Error = (words) => new Error(words);
  readonly #waiting: (() => void)[] = [];

  constructor(
    clock: FakeClock,
    retention: Retention = { messages: 1_000_000, ms: 0 },
    maxRooms?: number,
  ) {
    this.inner = new MemoryStore({
      clock,
      retention,
      ...(maxRooms !== undefined && { maxRooms }),
    });
  }

  /** Calls that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Carries out the oldest call that waits, and what follows from it. */
  async release(): Promise<void> {
    this.#waiting.shift()?.();
    await settled();
  }

  append(drafts: readonly Draft[]): Promise<Receipt[]> {
    return this.#do("append", async () => {
      const good = drafts.filter(({ room }) => !this.broken.has(room));
      const receipts = (await this.inner.append(good)).values();
      return drafts.map(({ room }) =>
        this.broken.has(room)
          ? refusedFor("This room is broken")
          : receipts.next().value!
      );
    });
  }

  follow(room: string, feed: Feed): Promise<LogState> {
    return this.#do("follow", () => this.inner.follow(room, feed));
  }

  unfollow(room: string): void {
    this.inner.unfollow(room);
  }

  read(room: string, range: Range): Promise<Page> {
    return this.#do("read", () => this.inner.read(room, range));
  }

  rooms(range?: RoomsRange): Promise<RoomSummary[]> {
    return this.inner.rooms(range);
  }

  trim(): Promise<boolean> {
    return this.#do("trim", () => this.inner.trim());
  }

  check(): Promise<void> {
    return this.#do("check", () => this.inner.check());
  }

  keep(changes: KeptChanges): Promise<void> {
    return this.#do("keep", () => this.inner.keep(changes));
  }

  watchKept(changed: KeptWatcher): Promise<ReadonlyMap<string, string>> {
    return this.inner.watchKept(changed);
  }

  secret(): Promise<Uint8Array<ArrayBuffer>> {
    return this.inner.secret();
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  #do<T>(what: Held, act: () => Promise<T>): Promise<T> {
    const now = () =>
      this.failing.has(what)
        ? Promise.reject<T>(this.failure(`The store cannot ${what}`))
        : act();
    if (!this.held.has(what)) return now();
    return new Promise<T>((resolve, reject) =>
      this.#waiting.push(() => void now().then(resolve, reject))
    );
  }
}
