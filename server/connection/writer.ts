/**
 * Writes to one client: batches replies into as few frames as the dialect
 * allows, tracks unsent bytes and detects peers that stopped reading. It has no
 * queue: clients over the watermark get no more pages.
 */

import type { Dialect } from "../../protocol/dialect.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { Clock, Monotonic } from "../runtime/clock.ts";
import { type ProgressTimeouts, WriteProgress } from "./write_progress.ts";
import type { Socket } from "../transport/socket.ts";

/** Unsent bytes of earlier turns above which a member gets no more pages. Low,
 * because any unsent bytes mean that the kernel's buffer is full. */
const WATERMARK = 16 * 1024;
/**
 * Bytes after which a member gets no further page in this turn: the runtime
 * writes at the end of the turn. Plus one page, this is the most a slow reader
 * holds; the runtime holds about twice as much. 128 KiB delivered 640 messages
 * a tick about 6 % faster, but cost a stalled reader 60 KiB more.
 */
const MOST_A_TURN = 40 * 1024;
/** Bytes between checks of the socket's unsent bytes: each check calls into the
 * runtime. */
const CHECK_EVERY = 16 * 1024;
/** Maximum characters of batched replies in one frame. */
const MOST_GATHERED = 64 * 1024;

/** Writes to one socket in one dialect. */
export class ConnectionWriter {
  /** Changes once, when a client requests batches. */
  dialect: Dialect;
  readonly #socket: Socket;
  readonly #progress: WriteProgress;
  /** Encoded events that wait for the next frame. */
  #replies: string[] = [];
  /** Total characters of these. */
  #gathered = 0;
  #held = false;
  #sentSinceCheck = 0;

  constructor(socket: Socket, dialect: Dialect, clock: Clock) {
    this.#socket = socket;
    this.dialect = dialect;
    this.#progress = new WriteProgress(socket, clock);
  }

  /** Whether the unsent bytes of earlier turns are below the watermark. Checked
   * at the start of a turn. */
  get ready(): boolean {
    if (this.#sentSinceCheck < CHECK_EVERY) return true;
    if (this.#socket.buffered >= WATERMARK) return false;
    this.#sentSinceCheck = 0;
    return true;
  }

  /** Whether more may be sent in this turn. */
  get writable(): boolean {
    return this.#sentSinceCheck < MOST_A_TURN;
  }

  /** Bytes that the peer has not read; 0 when too few were written to check. */
  get unsent(): number {
    if (this.#sentSinceCheck < CHECK_EVERY) return this.#gathered;
    const { buffered } = this.#socket;
    if (buffered < WATERMARK) this.#sentSinceCheck = 0;
    return this.#gathered + buffered;
  }

  /** Unsent bytes at the last call of {@linkcode isStuck}. */
  get buffered(): number {
    return this.#progress.buffered;
  }

  /** Sends frames after, or together with, pending replies. */
  send(frames: readonly string[]): void {
    const { separator } = this.dialect;
    if (this.#replies.length > 0 && frames.length > 0 && separator !== null) {
      this.#replies.push(...frames);
      return this.flush();
    }
    this.flush();
    for (const frame of frames) this.#write(frame);
  }

  /** Encodes an event for the next frame. */
  note(event: ServerEvent): void {
    for (const string of this.dialect.encode(event)) {
      this.#replies.push(string);
      this.#gathered += string.length;
    }
  }

  /** Encodes an event and sends it, unless more are about to follow. */
  tell(event: ServerEvent): void {
    this.note(event);
    if (!this.#held || this.#gathered >= MOST_GATHERED) this.flush();
  }

  /** Batches the events sent while `act` runs. */
  together(act: () => void): void {
    this.#held = true;
    try {
      act();
    } finally {
      this.#held = false;
      this.flush();
    }
  }

  /** Sends all pending replies. */
  flush(): void {
    if (this.#replies.length === 0) return;
    const replies = this.#replies;
    this.#replies = [];
    this.#gathered = 0;
    const { separator } = this.dialect;
    if (separator !== null) return this.#write(replies.join(separator));
    for (const reply of replies) this.#write(reply);
  }

  /** When the peer last sent or read anything. */
  get livedAt(): Monotonic {
    return this.#progress.livedAt;
  }

  /** Records a frame from the peer. */
  heard(): void {
    this.#progress.heard();
  }

  /** Returns whether the peer stopped reading; called every few seconds. See
   * {@linkcode WriteProgress.isStuck}. */
  isStuck(timeouts: ProgressTimeouts): boolean {
    return this.#progress.isStuck(timeouts);
  }

  #write(frame: string): void {
    this.#sentSinceCheck += frame.length;
    this.#progress.wrote(frame.length);
    this.#socket.send(frame);
  }
}
