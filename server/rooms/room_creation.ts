/**
 * Rate limit for new rooms, by address. The first message creates a room; joins
 * and reads create none. Pure: time comes from the clock passed in.
 */

import type { Clock } from "../runtime/clock.ts";
import { Buckets } from "../runtime/token_bucket.ts";
import { networkKey } from "../runtime/ip_network.ts";
import type { Session } from "./session.ts";

/** Burst in minutes of the rate: a class may begin at the same moment. */
const BURST_MIN = 3;
/** Most addresses that are tracked. */
const MOST_ADDRESSES = 10_000;

/** Counts the rooms that each address creates. */
export class RoomCreation {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #buckets: Buckets;

  /**
   * @param perMinute Rooms a minute that one address, or IPv6 network, may
   * create; 0 is no limit.
   * @param clock The monotonic clock.
   */
  constructor(perMinute: number, clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
    this.#buckets = new Buckets({
      perSecond: perMinute / 60,
      burst: perMinute * BURST_MIN,
      most: MOST_ADDRESSES,
    });
  }

  /**
   * Returns how long a session has to wait until it may create a room.
   *
   * @returns Milliseconds; 0 when it may now.
   */
  wait(session: Session): number {
    return this.#spend(session, 0);
  }

  /** Counts a room that a session has created. */
  made(session: Session): void {
    this.#spend(session, 1);
  }

  #spend({ reader }: Session, rooms: number): number {
    const address = reader?.address ?? "";
    // Messages of the server itself are not limited.
    if (address === "") return 0;
    const key = networkKey(address);
    return this.#buckets.spend(key, rooms, this.#clock.monotonic());
  }
}
