/**
 * How fast one address may make rooms: by being the first to write to them.
 * Whoever reads or joins makes none. Pure: time comes from the clock passed in.
 */

import type { Clock } from "../runtime/clock.ts";
import { Buckets } from "../runtime/token_bucket.ts";
import { networkOf } from "../runtime/ip_network.ts";
import type { Session } from "./session.ts";

/** Minutes' worth of rooms at once: those of a class that begins its work. */
const BURST_MIN = 3;
/** Addresses that are remembered. */
const MOST_ADDRESSES = 10_000;

/** Counts the rooms that addresses make. */
export class RoomCreation {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #buckets: Buckets;

  /**
   * @param perMinute Rooms a minute that one address, or network of IPv6, may
   * make; 0 is no limit.
   * @param clock Where the time comes from.
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
   * How long a session has to wait until it may make a room.
   *
   * @returns Milliseconds; 0 when it may now.
   */
  wait(session: Session): number {
    return this.#spend(session, 0);
  }

  /** Notes that a session has made a room. */
  made(session: Session): void {
    this.#spend(session, 1);
  }

  #spend({ reader }: Session, rooms: number): number {
    const address = reader?.address ?? "";
    // The server itself.
    if (address === "") return 0;
    const key = networkOf(address) ?? address;
    return this.#buckets.spend(key, rooms, this.#clock.monotonic());
  }
}
