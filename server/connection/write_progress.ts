/**
 * Whether a peer still takes what it is sent. The runtime does not tell, so its
 * socket is asked every few seconds how much is unsent.
 */

import { type Clock, type Monotonic, msBetween } from "../runtime/clock.ts";
import type { Socket } from "../transport/socket.ts";

/** How long a peer may take nothing, milliseconds. */
export interface Patience {
  /** One that still sends. */
  readonly slowMs: number;
  /** One that does not. */
  readonly idleMs: number;
}

/** Watches what becomes of what is written to one socket. */
export class WriteProgress {
  readonly #socket: Socket;
  readonly #clock: Pick<Clock, "monotonic">;
  /** Unsent bytes when last asked, and characters written since. */
  #buffered = 0;
  #written = 0;
  #progressAt: Monotonic;
  #heardAt: Monotonic;
  /** Whether the socket was not open when last looked at. */
  #closing = false;

  constructor(socket: Socket, clock: Pick<Clock, "monotonic">) {
    this.#socket = socket;
    this.#clock = clock;
    this.#progressAt = this.#heardAt = clock.monotonic();
  }

  /** Bytes that were unsent when {@linkcode isStuck} was asked last. */
  get buffered(): number {
    return this.#buffered;
  }

  /** When its peer last sent or took anything. */
  get livedAt(): Monotonic {
    return this.#heardAt < this.#progressAt ? this.#progressAt : this.#heardAt;
  }

  /** Notes that so many characters were written. */
  wrote(characters: number): void {
    this.#written += characters;
  }

  /** Notes a sign of life. */
  heard(): void {
    this.#heardAt = this.#clock.monotonic();
  }

  /**
   * Tells a reader that has stopped reading, or a peer that is gone while
   * frames wait for it: the runtime's own pings wait behind these frames and
   * never find out. Where a ping went out before them, the runtime closes the
   * socket; but then its close waits behind them, and until it is written
   * nobody is told, and nothing is said to be unsent. To be asked every few
   * seconds.
   *
   * @param patience How long it may take nothing.
   * @returns Whether it has taken nothing for longer, or is being closed since
   * this was asked last.
   */
  isStuck({ slowMs, idleMs }: Patience): boolean {
    const wasClosing = this.#closing;
    this.#closing = !this.#socket.open;
    if (this.#closing) return wasClosing;
    const now = this.#clock.monotonic();
    const { buffered } = this.#socket;
    // No more is unsent than was written meanwhile: nothing was taken. A byte
    // less than that was, also where the buffer is filled up again and again.
    const grown = buffered - this.#buffered;
    if (buffered === 0 || grown < this.#written) this.#progressAt = now;
    this.#buffered = buffered;
    this.#written = 0;
    const stuckFor = msBetween(this.#progressAt, now);
    const silentFor = Math.min(stuckFor, msBetween(this.#heardAt, now));
    return stuckFor >= slowMs || silentFor >= idleMs;
  }
}
