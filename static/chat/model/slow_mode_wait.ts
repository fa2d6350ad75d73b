/**
 * Whose turn it is to write in a room: keeps when one wrote last, and counts
 * down what one has to wait. What that means is write_access.ts's.
 */

import type { Room, Rules } from "../../../client/hubbub.ts";
import { type RedrawHost, RedrawTimer } from "./redraw_timer.ts";
import {
  accessOfRoom,
  type Standing,
  type WriteAccess,
} from "./write_access.ts";

/** What one may do, until it is known. */
const UNKNOWN: Rules = { rights: ["read", "write"], locked: false, slowMs: 0 };

/** How often a wait is counted down. */
const TICK_MS = 1_000;

/** One's own turn in one room. */
export class SlowModeWait {
  readonly #room: Pick<Room, "rules">;
  readonly #host: RedrawHost;
  readonly #redraws: RedrawTimer;
  /** When the server took one's last message, as far as that counts. */
  #sentAt: number | undefined;

  /**
   * @param room Knows what holds.
   * @param host Its `later` draws anew after some milliseconds.
   */
  constructor(
    room: Pick<Room, "rules">,
    host: RedrawHost,
  ) {
    this.#room = room;
    this.#host = host;
    this.#redraws = new RedrawTimer(host);
  }

  /** The room was joined, or other rules hold. */
  ruled({ slowMs, waitMs }: Rules): void {
    if (waitMs !== undefined) this.#waits(waitMs, slowMs);
  }

  /** The server took a message of one's own. What was sent before a room became
   * slow does not count. */
  sent(): void {
    const { slowMs } = this.standing;
    this.#waits(slowMs, slowMs);
  }

  /** The server says that it is not one's turn. */
  refused(retryAfterMs: number): void {
    this.#waits(retryAfterMs, this.standing.slowMs);
  }

  get standing(): Standing {
    const { rights, locked, slowMs } = this.#room.rules ?? UNKNOWN;
    return {
      writes: rights.includes("write"),
      moderates: rights.includes("moderate"),
      locked,
      slowMs,
      sentAt: this.#sentAt,
    };
  }

  /** What keeps one from writing; has it drawn again while that changes. */
  access(): WriteAccess | undefined {
    const access = accessOfRoom(this.standing, this.#host.monotonic());
    if (access?.forMs !== undefined) {
      this.#redraws.in(Math.min(access.forMs, TICK_MS));
    }
    return access;
  }

  /** One has to wait for `waitMs`, in a room as slow as `slowMs`. */
  #waits(waitMs: number, slowMs: number): void {
    this.#sentAt = waitMs > 0
      ? this.#host.monotonic() + waitMs - slowMs
      : undefined;
  }
}
