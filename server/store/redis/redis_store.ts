/**
 * The store in Redis, for several nodes. Redis numbers and stores messages
 * (redis_scripts.ts). Each node follows the rooms of its members, from Redis'
 * notifications, from results of its own calls, and by reading what it missed.
 *
 * The durability of an ack depends on the Redis configuration: with
 * `appendfsync everysec`, a crash of Redis may lose a second. Nodes detect
 * this, and the log gets a new epoch.
 */

import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import type { Clock } from "../../runtime/clock.ts";
import { readRedisAddress, withoutPassword } from "../addresses.ts";
import { storeStorable } from "../drafts.ts";
import { GuardedFeed } from "../feeding.ts";
import { Follower } from "../follower.ts";
import { RedisKept } from "./redis_kept.ts";
import { cannotOpen, RedisLink, type Reply } from "./redis_link.ts";
import { RedisRetention } from "./redis_retention.ts";
import { completeList, listRooms } from "./redis_rooms.ts";
import {
  APPEND,
  CHECK_KEY,
  CLAIM_SCHEMA,
  FOLLOW,
  READ,
  RENEW,
  ROOM_LIST_KEYS,
  roomChannel,
  roomKeys,
  ROOMS_KEY,
  SCHEMA_KEY,
  SECRET_KEY,
} from "./redis_scripts.ts";
import {
  appended,
  entriesOf,
  isOfOneRoom,
  newsOf,
  pageOf,
  type Part,
  partArguments,
  refusalOf,
} from "./redis_wire.ts";
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
  ROOMS_PAGE,
  type RoomsRange,
  type RoomSummary,
  type Store,
  StoreOpenError,
} from "../store.ts";
import {
  checkSchema,
  SCHEMA_VERSION,
  UNMARKED_VERSION,
} from "../schema_version.ts";
import { newBase } from "../unwritten.ts";

/** Followed rooms per read after an outage. */
const HEAL_ROOMS = 100;

/** Options of {@linkcode RedisStore.open}. */
export interface RedisStoreOptions {
  /** As {@linkcode readRedisAddress} takes it. */
  readonly address: string;
  readonly retention: Retention;
  readonly clock: Clock;
  /** Maximum number of rooms; unlimited by default. */
  readonly maxRooms?: number;
  /** Returns Redis' time in milliseconds, for tests; Redis' own clock by
   * default. */
  readonly redisTime?: () => number;
  /**
   * Called with warnings: a Redis that answers late, or that evicts messages.
   */
  readonly warn?: (words: string) => void;
}

/** Makes Redis use its own clock. */
const ownTime = () => "";

/** Keeps logs in Redis. */
export class RedisStore implements Store {
  readonly #options: RedisStoreOptions;
  readonly #database: number;
  readonly #followers = new Map<string, Follower>();
  #link!: RedisLink;
  #kept!: RedisKept;
  #secret: string | null = null;
  #retention!: RedisRetention;

  /**
   * Connects.
   *
   * @param options The address and the retention.
   * @throws {StoreOpenError} With one line that says what is wrong.
   */
  static async open(options: RedisStoreOptions): Promise<RedisStore> {
    const store = new RedisStore(options);
    store.#link = await RedisLink.open({
      address: options.address,
      heal: () => store.#heal(),
      lost: () => {
        for (const follower of store.#followers.values()) follower.markStale();
      },
      slow: () => options.warn?.("waits for Redis, which does not answer yet"),
    });
    store.#kept = new RedisKept(store.#link, store.#database);
    store.#retention = new RedisRetention(store.#link, {
      ...options,
      database: store.#database,
    });
    await store.#refuseCluster();
    await store.#claimSchema();
    await store.#warnOfLosses();
    // With full memory, existing data can still be read.
    await completeList(store.#link).catch(() => {});
    return store;
  }

  /** A tick is one step over all of its rooms, which a Cluster does not
   * support. */
  async #refuseCluster(): Promise<void> {
    // Without permission to ask, errors appear when storing.
    const info = await this.#link.call("INFO", "cluster").catch(() => "");
    if (!String(info).includes("cluster_enabled:1")) return;
    this.#link.close();
    throw new StoreOpenError(
      "Rooms cannot be kept in a Redis Cluster. Use a single Redis, with " +
        "replicas and redis-sentinel:// if it must not be the only one",
    );
  }

  /** Of nodes with different schema versions, the first claims the store. */
  async #claimSchema(): Promise<void> {
    const { address } = this.#options;
    try {
      const found = await this.#link.run(
        CLAIM_SCHEMA,
        [SCHEMA_KEY, SECRET_KEY, ROOMS_KEY],
        [SCHEMA_VERSION, UNMARKED_VERSION],
      ).catch((error) => {
        throw cannotOpen(address, error);
      });
      checkSchema(found, withoutPassword(address));
    } catch (error) {
      this.#link.close();
      throw error;
    }
  }

  /** Warns about a Redis configured to lose acknowledged messages. */
  async #warnOfLosses(): Promise<void> {
    const { warn } = this.#options;
    if (warn === undefined) return;
    // A user with few permissions may not ask.
    const ask = (part: string) =>
      this.#link.call("INFO", part).then(String, () => "");
    const [, policy = ""] =
      /^maxmemory_policy:(allkeys-\S+)/m.exec(await ask("memory")) ?? [];
    if (policy !== "") {
      warn(
        `Redis throws messages away when its memory is full (${policy}). Set ` +
          "its maxmemory-policy to noeviction",
      );
    }
    if (/^aof_enabled:0/m.test(await ask("persistence"))) {
      warn(
        "Redis loses the messages since its last snapshot when it dies. Set " +
          "its appendonly to yes",
      );
    }
  }

  private constructor(options: RedisStoreOptions) {
    this.#options = options;
    this.#database = readRedisAddress(options.address)?.database ?? 0;
  }

  append(drafts: readonly Draft[]): Promise<Receipt[]> {
    return storeStorable(drafts, (drafts) => this.#store(drafts));
  }

  async #store(drafts: readonly Draft[]): Promise<Receipt[]> {
    // After an outage, the log may be another one: verify before appending.
    await this.#link.healed;
    const at = this.#options.clock.now();
    const {
      retention: { messages, ms },
      redisTime = ownTime,
      maxRooms = Number.MAX_SAFE_INTEGER,
    } = this.#options;
    const groups = Map.groupBy(drafts, ({ room }) => room);
    const parts = Array.from(groups, ([room, drafts]): Part => ({
      room,
      channel: roomChannel(this.#database, room),
      known: this.#followers.get(room)?.state ?? null,
      drafts,
    }));
    const reply = await this.#link.run(APPEND, [
      ...ROOM_LIST_KEYS,
      ...parts.flatMap(({ room }) => roomKeys(room)),
    ], [
      ...[at, fresh(), messages, ms, redisTime(), maxRooms],
      ...parts.flatMap(partArguments),
    ]);
    const receipts = new Map<string, Iterator<Receipt>>();
    const refusals = parts.map((part, index) =>
      refusalOf((reply as Reply[])[index]!, part.room)
    );
    const [first] = refusals;
    // A Redis that cannot write rejects every room.
    if (first?.ofRedis && refusals.every(Boolean)) throw first.error;
    await Promise.allSettled(parts.map((part, index) => {
      const refusal = refusals[index];
      if (refusal !== undefined) {
        const { error } = refusal;
        receipts.set(
          part.room,
          part.drafts.map(() => refusedFor(error)).values(),
        );
        return;
      }
      const done = appended((reply as Reply[])[index]!, part, { maxRooms });
      receipts.set(part.room, done.receipts.values());
      // Stored messages stay stored; a feed catches up later.
      return this.#followers.get(part.room)?.learn(done.news);
    }));
    return drafts.map(({ room }) =>
      receipts.get(room)?.next().value ?? refusedFor("Redis told nothing of it")
    );
  }

  async follow(room: string, feed: Feed): Promise<LogState> {
    const follower = this.#newFollower(room, feed);
    this.#followers.get(room)?.stop();
    this.#followers.set(room, follower);
    const channel = roomChannel(this.#database, room);
    try {
      await this.#link.subscribe(
        channel,
        (payload) =>
          follower.hear(newsOf(payload, room, follower.state?.head ?? 0)),
      );
      const [epoch, first, head, newest] = await this.#begin(room);
      const state = { epoch, first, head };
      follower.start(state, entriesOf(newest, room)[0]);
      return state;
    } catch (error) {
      if (this.#followers.get(room) === follower) this.unfollow(room);
      throw error;
    }
  }

  unfollow(room: string): void {
    this.#followers.get(room)?.stop();
    this.#followers.delete(room);
    this.#link.unsubscribe(roomChannel(this.#database, room));
  }

  async read(room: string, range: Range): Promise<Page> {
    const page = await this.#read(room, range);
    const follower = this.#followers.get(room);
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
    return listRooms(this.#link, range);
  }

  /** Also detects lost notifications and deleted data: reports every followed
   * room's state periodically. */
  async trim(): Promise<boolean> {
    const states = await this.#retention.step(this.#followers.keys());
    for (const [room, state] of states) {
      this.#followers.get(room)?.hear({ ...state, messages: [] });
    }
    // Growing rooms are trimmed with every append.
    return false;
  }

  async check(): Promise<void> {
    await this.#link.healed;
    const now = String(this.#options.clock.now());
    await this.#link.call("SET", CHECK_KEY, now);
  }

  keep(changes: KeptChanges): Promise<void> {
    return this.#kept.keep(changes);
  }

  watchKept(changed: KeptWatcher): Promise<ReadonlyMap<string, string>> {
    return this.#kept.watch(changed);
  }

  async secret(): Promise<Uint8Array<ArrayBuffer>> {
    let known = await this.#link.call("GET", SECRET_KEY);
    // A full Redis rejects rewriting existing values too.
    if (known === null) {
      this.#secret ??= randomBytes(32).toString("hex");
      await this.#link.call("SET", SECRET_KEY, this.#secret, "NX");
      known = await this.#link.call("GET", SECRET_KEY);
    }
    this.#secret = String(known);
    return Uint8Array.from(Buffer.from(this.#secret, "hex"));
  }

  close(): Promise<void> {
    for (const follower of this.#followers.values()) follower.stop();
    this.#link.close();
    return Promise.resolve();
  }

  #newFollower(room: string, feed: Feed): Follower {
    return new Follower(
      new GuardedFeed({
        append: (messages) => feed.append(messages),
        trimmed: (first) => feed.trimmed(first),
        reset: (state) => {
          this.#keepSecret();
          feed.reset(state);
        },
        failed: (error) => feed.failed?.(error),
      }),
      {
        read: (after, limit) => this.#read(room, { after, limit }),
        begin: () => this.#begin(room).then(() => {}),
        renew: async (epoch) => {
          await this.#link.run(RENEW, roomKeys(room), [epoch, fresh()]);
        },
      },
    );
  }

  /** Restores the fleet's secret if all data was deleted. */
  #keepSecret(): void {
    if (this.#secret === null) return;
    // A node that starts without it creates a new one, which only ends its
    // sessions.
    this.#link.call("SET", SECRET_KEY, this.#secret, "NX").catch(() => {});
    this.#link.call("SET", SCHEMA_KEY, String(SCHEMA_VERSION), "NX")
      .catch(() => {});
  }

  async #begin(room: string): Promise<[string, number, number, Reply]> {
    const reply = await this.#link.run(
      FOLLOW,
      [...ROOM_LIST_KEYS, ...roomKeys(room)],
      [room, newBase()],
    );
    return reply as [string, number, number, Reply];
  }

  async #read(room: string, range: Range) {
    const { limit } = range;
    const [word, seq] = "after" in range
      ? ["after", range.after]
      : ["before", Math.min(range.before, Number.MAX_SAFE_INTEGER)];
    const reply = await this.#link.run(
      READ,
      [...ROOM_LIST_KEYS, ...roomKeys(room)],
      [word, seq, limit, room],
    );
    return pageOf(reply, room);
  }

  async #heal(): Promise<void> {
    this.#keepSecret();
    // Undefined during the first connect.
    await this.#kept?.reload();
    const followers = [...this.#followers.values()];
    while (followers.length > 0) {
      await Promise.all(
        followers.splice(-HEAL_ROOMS).map((follower) =>
          follower.backfill().catch((error) => {
            // A damaged room must not block the others.
            if (!isOfOneRoom(error)) throw error;
          })
        ),
      );
    }
  }
}

/** Returns a new epoch. */
function fresh(): string {
  return crypto.randomUUID().slice(0, 13);
}
