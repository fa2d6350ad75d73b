/**
 * The store in Deno KV, for Deno Deploy and for a single process. kv_wire.ts,
 * kv_append.ts and kv_log.ts define the data. This file follows the rooms: KV's
 * `watch` reports that a head has changed but skips states, so the messages are
 * read.
 *
 * A local database is for one process: it does not report other processes'
 * writes.
 */

import type { Clock } from "../../runtime/clock.ts";
import { storeStorable } from "../drafts.ts";
import { GuardedFeed } from "../feeding.ts";
import { Follower } from "../follower.ts";
import { appendApart, type Change } from "./kv_append.ts";
import { KvKept } from "./kv_kept.ts";
import { readLog, readState } from "./kv_log.ts";
import { listRooms } from "./kv_rooms.ts";
import { claimKvSchema } from "./kv_schema.ts";
import { KvRetention } from "./kv_retention.ts";
import {
  batches,
  CHECKED,
  encode,
  type Head,
  roomKey,
  SECRET,
} from "./kv_wire.ts";
import {
  type Draft,
  type Feed,
  type KeptChanges,
  type KeptWatcher,
  type LogState,
  NO_LOG,
  type Page,
  type Range,
  type Receipt,
  refusedFor,
  type Retention,
  ROOMS_PAGE,
  type RoomsRange,
  type RoomSummary,
  type Store,
  StoreOpenError,
} from "../store.ts";

/** Delay before a failed watch is retried, in milliseconds. */
const WATCH_AGAIN_MS = 1_000;

/** What {@linkcode KvStore} needs. */
export interface KvStoreOptions {
  readonly retention: Retention;
  readonly clock: Clock;
  /** How many rooms there may be; no limit if it is not said. */
  readonly maxRooms?: number;
}

/** A room that is followed. */
interface Followed {
  readonly follower: Follower;
  /** Its head as last heard. */
  head: Deno.KvEntryMaybe<Head> | undefined;
  watching: ReadableStreamDefaultReader<[Deno.KvEntryMaybe<Head>]> | null;
}

/** Keeps logs in Deno KV. */
export class KvStore implements Store {
  readonly #kv: Deno.Kv;
  readonly #clock: Clock;
  readonly #maxRooms: number;
  readonly #retention: KvRetention;
  readonly #kept: KvKept;
  readonly #followed = new Map<string, Followed>();
  /** Everything that still has to end before the database can be closed. */
  readonly #watches = new Set<Promise<void>>();
  readonly #closing = Promise.withResolvers<void>();

  /** Whether the database ends with this store. */
  #owner = false;

  /**
   * Opens a database.
   *
   * @param path A file; empty for the database that belongs to the program.
   * @throws {StoreOpenError} With one line that says what is wrong.
   */
  static async open(path: string, options: KvStoreOptions): Promise<KvStore> {
    try {
      // Neither the program's own, nor in memory, nor somebody else's.
      const isFile = path !== "" && !/^:|^https?:/.test(path);
      const kv = isFile
        ? await (await import("./kv_file.ts")).openKvFile(path)
        : await Deno.openKv(path === "" ? undefined : path);
      try {
        await claimKvSchema(kv, `"kv:${path}"`);
      } catch (error) {
        kv.close();
        throw error;
      }
      const store = new KvStore(kv, options);
      store.#owner = true;
      return store;
    } catch (error) {
      if (error instanceof StoreOpenError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new StoreOpenError(`Cannot open "kv:${path}": ${reason}`, {
        cause: error,
        lasting: false,
      });
    }
  }

  /** @param kv An open database, which stays open when the store is closed. */
  constructor(
    kv: Deno.Kv,
    { retention, clock, maxRooms = Infinity }: KvStoreOptions,
  ) {
    this.#maxRooms = maxRooms;
    this.#kv = kv;
    this.#clock = clock;
    this.#kept = new KvKept(kv);
    this.#retention = new KvRetention(kv, {
      retention,
      clock,
      isFollowed: (room) => this.#followed.has(room),
    });
  }

  /** The database, for what else is shared in it. */
  get database(): Deno.Kv {
    return this.#kv;
  }

  append(drafts: readonly Draft[]): Promise<Receipt[]> {
    return storeStorable(drafts, (drafts) => this.#store(drafts));
  }

  async #store(drafts: readonly Draft[]): Promise<Receipt[]> {
    const at = this.#clock.now();
    const options = {
      at,
      maxRooms: this.#maxRooms,
      known: (room: string) => this.#followed.get(room)?.head,
      told: (room: string) => this.#followed.get(room)?.follower.unwritten,
    };
    const all: Receipt[] = [];
    for (const batch of batches(drafts.map((draft) => encode(draft, at)))) {
      try {
        const done = await appendApart(this.#kv, batch, options);
        all.push(...done.receipts);
        // Stored messages stay stored; a feed catches up later.
        await Promise.allSettled(
          done.changes.map((change) => this.#learn(change)),
        );
      } catch (error) {
        if (all.length === 0) throw error;
        // What is behind it would overtake it.
        return [
          ...all,
          ...drafts.slice(all.length).map(() => refusedFor(error)),
        ];
      }
    }
    return all;
  }

  async follow(room: string, feed: Feed): Promise<LogState> {
    this.unfollow(room);
    const follower = new Follower(new GuardedFeed(feed), {
      read: (after, limit) => readLog(this.#kv, room, { after, limit }),
      begin: () => readState(this.#kv, room).then(() => {}),
      // KV loses nothing that it has acknowledged.
      renew: () => Promise.reject(new Error(`Log "${room}" has gone back`)),
    });
    const followed: Followed = { follower, head: undefined, watching: null };
    this.#followed.set(room, followed);
    try {
      const { epoch, first, head } = await readState(this.#kv, room);
      const watch = this.#watch(room, followed)
        .finally(() => this.#watches.delete(watch));
      this.#watches.add(watch);
      const state = { epoch, first, head };
      follower.start(state);
      return state;
    } catch (error) {
      if (this.#followed.get(room) === followed) this.unfollow(room);
      throw error;
    }
  }

  unfollow(room: string): void {
    const followed = this.#followed.get(room);
    this.#followed.delete(room);
    followed?.follower.stop();
    followed?.watching?.cancel().catch(() => {});
  }

  async read(room: string, range: Range): Promise<Page> {
    const page = await readLog(this.#kv, room, range);
    const follower = this.#followed.get(room)?.follower;
    const known = follower?.state?.epoch ?? page.epoch;
    // The caller reads because of its feed, so the feed must be reset first.
    if (known !== page.epoch) await follower?.backfill();
    const { first, head, messages } = page;
    const told = head === 0 ? follower?.unwritten : undefined;
    return { epoch: told ?? page.epoch, first, head, messages };
  }

  rooms(
    range: RoomsRange = { after: "", limit: ROOMS_PAGE },
  ): Promise<RoomSummary[]> {
    return listRooms(this.#kv, range);
  }

  async trim(): Promise<boolean> {
    for (const [room, head] of await this.#retention.step()) {
      this.#followed.get(room)?.follower.hear({ ...head, messages: [] });
    }
    // The rest can wait: every step costs money on Deno Deploy.
    return false;
  }

  async check(): Promise<void> {
    await this.newVersion();
  }

  /** Writes something, and gives the versionstamp that the database made. */
  async newVersion(): Promise<string> {
    const { versionstamp } = await this.#kv.set(CHECKED, this.#clock.now());
    return versionstamp;
  }

  keep(changes: KeptChanges): Promise<void> {
    return this.#kept.keep(changes);
  }

  watchKept(changed: KeptWatcher): Promise<ReadonlyMap<string, string>> {
    return this.#kept.watch(changed);
  }

  async secret(): Promise<Uint8Array<ArrayBuffer>> {
    const known = await this.#kv.get<Uint8Array<ArrayBuffer>>(SECRET);
    if (known.value !== null) return known.value;
    const fresh = crypto.getRandomValues(new Uint8Array(32));
    const { ok } = await this.#kv.atomic().check(known).set(SECRET, fresh)
      .commit();
    return ok ? fresh : await this.secret();
  }

  async close(): Promise<void> {
    for (const room of [...this.#followed.keys()]) this.unfollow(room);
    this.#closing.resolve();
    await this.#kept.close();
    await Promise.all(this.#watches);
    if (this.#owner) this.#kv.close();
  }

  async #learn({ room, head, versionstamp, messages }: Change): Promise<void> {
    this.#retention.grown(room);
    const followed = this.#followed.get(room);
    if (followed === undefined) return;
    heard(followed, { key: roomKey(room), value: head, versionstamp });
    await followed.follower.learn({ ...head, messages });
  }

  /** Listens until the room is unfollowed. */
  async #watch(room: string, followed: Followed): Promise<void> {
    const on = () => this.#followed.get(room) === followed;
    while (on()) {
      const watching = this.#kv.watch<[Head]>([roomKey(room)]).getReader();
      followed.watching = watching;
      try {
        while (true) {
          const { done, value } = await watching.read();
          if (done || !on()) break;
          const { epoch, first, head } = value[0].value ?? NO_LOG;
          heard(followed, value[0]);
          followed.follower.hear({ epoch, first, head, messages: [] });
        }
      } catch {
        // KV is unavailable. The next watch reads what was missed.
      }
      await watching.cancel().catch(() => {});
      if (on()) await this.#pause();
    }
  }

  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, WATCH_AGAIN_MS);
    await Promise.race([promise, this.#closing.promise]);
    clearTimeout(timer);
  }
}

/** Notes a head, unless a later one was heard of already. */
function heard(followed: Followed, head: Deno.KvEntryMaybe<Head>): void {
  const known = followed.head?.versionstamp ?? "";
  if ((head.versionstamp ?? "") >= known) followed.head = head;
}
