/**
 * Detects peers that stopped reading. The runtime does not report this, so the
 * socket's unsent bytes are polled every few seconds.
 */

import { type Clock, type Monotonic, msBetween } from "../runtime/clock.ts";
import type { Socket } from "../transport/socket.ts";

/** Time limits without progress, in milliseconds. */
export interface ProgressTimeouts {
  /** For a peer that still sends. */
  readonly slowMs: number;
  /** For a silent peer. */
  readonly idleMs: number;
}

/** Tracks the write progress of one socket. */
export class WriteProgress {
  readonly #socket: Socket;
  readonly #clock: Pick<Clock, "monotonic">;
  /** Unsent bytes at the last check, and characters written since. */
  #buffered = 0;
  #written = 0;
  #progressAt: Monotonic;
  #heardAt: Monotonic;
  /** Whether the socket was not open at the last check. */
  #closing = false;

  constructor(socket: Socket, clock: Pick<Clock, "monotonic">) {
    this.#socket = socket;
    this.#clock = clock;
    this.#progressAt = this.#heardAt = clock.monotonic();
  }

  /** Unsent bytes at the last call of {@linkcode isStuck}. */
  get buffered(): number {
    return this.#buffered;
  }

  /** When the peer last sent or read anything. */
  get livedAt(): Monotonic {
    return this.#heardAt < this.#progressAt ? this.#progressAt : this.#heardAt;
  }

  /** Counts written characters. */
  wrote(characters: number): void {
    this.#written += characters;
  }

  /** Records a frame from the peer. */
  heard(): void {
    this.#heardAt = this.#clock.monotonic();
  }

  /**
   * Returns whether the peer has made no progress for too long, or its socket
   * has been closing since the last call. Detects readers that stopped and
   * peers that disappeared while frames wait: the runtime's pings queue behind
   * these frames. If a ping was sent earlier, the runtime closes the socket,
   * but reports neither the close nor unsent bytes until the close frame is
   * written. The caller runs it every few seconds.
   *
   * @param timeouts The time limits.
   */
  isStuck({ slowMs, idleMs }: ProgressTimeouts): boolean {
    const wasClosing = this.#closing;
    this.#closing = !this.#socket.open;
    if (this.#closing) return wasClosing;
    const now = this.#clock.monotonic();
    const { buffered } = this.#socket;
    // Growth equal to the characters written means that nothing was read. Less
    // growth means progress, even if the buffer is refilled constantly.
    const grown = buffered - this.#buffered;
    if (buffered === 0 || grown < this.#written) this.#progressAt = now;
    this.#buffered = buffered;
    this.#written = 0;
    const stuckFor = msBetween(this.#progressAt, now);
    const silentFor = Math.min(stuckFor, msBetween(this.#heardAt, now));
    return stuckFor >= slowMs || silentFor >= idleMs;
  }
}
