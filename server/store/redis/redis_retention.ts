/**
 * Schedules the retention per room: each step covers some rooms followed here
 * and some of all rooms, so that every room is covered wherever its members
 * are.
 */

import type { Clock } from "../../runtime/clock.ts";
import type { RedisLink, Reply } from "./redis_link.ts";
import {
  ADD_NAMES,
  NAMES_KEY,
  ROOM_LIST_KEYS,
  roomChannel,
  roomKeys,
  ROOMS_KEY,
  TRIM_ROOMS,
} from "./redis_scripts.ts";
import { type LogState, NO_LOG, type Retention } from "../store.ts";
import { newBase } from "../unwritten.ts";

/** Rooms of each kind that one step looks at; of all rooms, about so many. */
const STEP_ROOMS = 50;

/** See `RedisStoreOptions` of redis.ts. */
interface RedisRetentionOptions {
  readonly retention: Retention;
  readonly clock: Clock;
  readonly redisTime?: () => number;
  readonly database: number;
}

/** The retention of one node. */
export class RedisRetention {
  readonly #link: RedisLink;
  readonly #options: RedisRetentionOptions;
  /** Followed rooms that were not looked at yet in this round. */
  #followed: string[] = [];
  /** Where the round over all rooms stands. */
  #cursor = "0";
  #running: Promise<Map<string, LogState>> | null = null;

  constructor(
    link: RedisLink,
    options: RedisRetentionOptions,
  ) {
    this.#link = link;
    this.#options = options;
  }

  /**
   * Does a small part. One step runs at a time, also where Redis has not
   * answered yet.
   *
   * @param followed The rooms that are followed here.
   * @returns The rooms that were looked at, and how they are now.
   */
  step(followed: Iterable<string>): Promise<Map<string, LogState>> {
    this.#running ??= this.#step(followed).finally(() => this.#running = null);
    return this.#running;
  }

  async #step(followed: Iterable<string>): Promise<Map<string, LogState>> {
    if (this.#followed.length === 0) this.#followed = [...followed];
    const here = this.#followed.splice(-STEP_ROOMS);
    const rooms = [...new Set([...here, ...await this.#nextOfAll()])];
    if (rooms.length === 0) return new Map();
    const { clock, retention: { messages, ms }, redisTime, database } =
      this.#options;
    const states = await this.#link.run(
      TRIM_ROOMS,
      [...ROOM_LIST_KEYS, ...rooms.flatMap(roomKeys)],
      [
        ...[clock.now(), messages, ms, redisTime?.() ?? "", newBase()],
        ...rooms.flatMap((room) => [room, roomChannel(database, room)]),
      ],
    ) as ([string, number, number] | [string] | null)[];
    return new Map(rooms.flatMap((room, index): [string, LogState][] => {
      const state = states[index] ?? null;
      if (state === null) return [[room, NO_LOG]];
      const [epoch, first, head] = state;
      // A room with damaged keys: senders to it get the error.
      if (first === undefined || head === undefined) return [];
      return [[room, { epoch, first, head }]];
    }));
  }

  async #nextOfAll(): Promise<string[]> {
    const reply: Reply = await this.#link.call(
      ...["HSCAN", ROOMS_KEY, this.#cursor],
      ...["COUNT", String(STEP_ROOMS)],
    );
    const [cursor, fields] = reply as [string, string[]];
    this.#cursor = cursor;
    // A room's name, and what is said of it.
    const rooms = fields.filter((_, index) => index % 2 === 0);
    // A server before this one may have made it meanwhile. A full memory refuses
    // that, and must not keep the retention from giving memory back.
    if (rooms.length > 0) {
      await this.#link.run(ADD_NAMES, [NAMES_KEY], rooms).catch(() => {});
    }
    return rooms;
  }
}
