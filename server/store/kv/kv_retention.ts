/**
 * Schedules the retention per room: rooms that grew on this node first, all
 * others in rounds. Idle rounds become rarer, since every read costs money on
 * Deno Deploy.
 */

import type { Clock } from "../../runtime/clock.ts";
import { applyRetention } from "./kv_log.ts";
import { type Head, ROOMS } from "./kv_wire.ts";
import type { Retention } from "../store.ts";

/** Rooms that one step looks at. */
const STEP_ROOMS = 50;
/** Steps that are left out at most between two rounds. */
const MOST_IDLE = 30;

/** What a {@linkcode KvRetention} needs. */
export interface KvRetentionOptions {
  readonly retention: Retention;
  readonly clock: Clock;
  /** Whether a room is followed here. */
  readonly isFollowed: (room: string) => boolean;
}

/** The retention of one node. */
export class KvRetention {
  readonly #kv: Deno.Kv;
  readonly #options: KvRetentionOptions;
  readonly #grown = new Set<string>();
  /** Where the round stands; empty between two rounds. */
  #cursor = "";
  /** Steps to leave out, now and after the next round. */
  #idle = 0;
  #nextIdle = 1;
  #running: Promise<Map<string, Head>> | null = null;

  constructor(
    kv: Deno.Kv,
    options: KvRetentionOptions,
  ) {
    this.#kv = kv;
    this.#options = options;
  }

  /** A room has got messages. */
  grown(room: string): void {
    this.#grown.add(room);
  }

  /**
   * Does a small part.
   *
   * @returns The rooms whose logs have changed, and how they are now.
   */
  step(): Promise<Map<string, Head>> {
    this.#running ??= this.#step().finally(() => this.#running = null);
    return this.#running;
  }

  async #step(): Promise<Map<string, Head>> {
    const changed = new Map<string, Head>();
    const { retention, clock } = this.#options;
    const failures: unknown[] = [];
    for (const room of await this.#next()) {
      const done = await applyRetention(this.#kv, room, {
        retention,
        now: clock.now(),
        followed: this.#options.isFollowed(room),
      }).catch((error) => {
        // One that cannot be trimmed must not keep the others from it.
        failures.push(error);
        return null;
      });
      if (done === null) continue;
      changed.set(room, done.head);
      this.#nextIdle = 1;
      if (done.more) this.#grown.add(room);
    }
    if (failures.length > 0) throw failures[0];
    return changed;
  }

  /** The rooms to look at. */
  async #next(): Promise<string[]> {
    if (this.#grown.size > 0) {
      const rooms = [...this.#grown].slice(0, STEP_ROOMS);
      for (const room of rooms) this.#grown.delete(room);
      return rooms;
    }
    if (this.#idle > 0) {
      this.#idle--;
      return [];
    }
    const list = this.#kv.list({ prefix: ROOMS }, {
      limit: STEP_ROOMS,
      ...(this.#cursor !== "" && { cursor: this.#cursor }),
    });
    const rooms = await Array.fromAsync(list, ({ key }) => String(key.at(-1)));
    this.#cursor = rooms.length === STEP_ROOMS ? list.cursor : "";
    if (this.#cursor === "") {
      this.#idle = this.#nextIdle;
      this.#nextIdle = Math.min(this.#nextIdle * 2, MOST_IDLE);
    }
    return rooms;
  }
}
