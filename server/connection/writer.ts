/**
 * The way out to one client: replies gathered to as few frames as the dialect
 * allows, how much may wait unsent, and whether the peer still takes anything.
 * There is no queue: who is over the watermark is not written to.
 */

import type { Dialect } from "../../protocol/dialect.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { Clock, Monotonic } from "../runtime/clock.ts";
import { type Patience, WriteProgress } from "./write_progress.ts";
import type { Socket } from "../transport/socket.ts";

/** Bytes left unsent by earlier turns above which a member gets no more pages.
 * Low: when there are any, the kernel's buffer is full and keeps the network
 * busy. */
const WATERMARK = 16 * 1024;
/** Bytes after which a member gets no further page in this turn: the runtime
 * writes at its end. With a page it is the most that a slow reader holds, and
 * the runtime holds about twice as much for it. 128 KiB delivered 640 messages a
 * tick some 6 % faster and cost a reader that does not read 60 KiB more. */
const MOST_A_TURN = 40 * 1024;
/** Bytes sent before asking the socket again how much of it is unsent: asking
 * costs a call into the runtime. */
const CHECK_EVERY = 16 * 1024;
/** Characters of replies that are gathered to one frame. */
const MOST_GATHERED = 64 * 1024;

/** Writes to one socket in one dialect. */
export class ConnectionWriter {
  /** Changes once, when a client asks for batches. */
  dialect: Dialect;
  readonly #socket: Socket;
  readonly #progress: WriteProgress;
  /** Encoded events waiting for the frame that takes them. */
  #replies: string[] = [];
  /** Their characters. */
  #gathered = 0;
  #held = false;
  #sentSinceCheck = 0;

  constructor(socket: Socket, dialect: Dialect, clock: Clock) {
    this.#socket = socket;
    this.dialect = dialect;
    this.#progress = new WriteProgress(socket, clock);
  }

  /** Whether what was sent in earlier turns has been taken, but for less than
   * a watermark. To be asked at the beginning of a turn. */
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

  /** Bytes that were told and that the peer has not taken; 0 where they are
   * too few to ask the socket for. */
  get unsent(): number {
    if (this.#sentSinceCheck < CHECK_EVERY) return this.#gathered;
    const { buffered } = this.#socket;
    if (buffered < WATERMARK) this.#sentSinceCheck = 0;
    return this.#gathered + buffered;
  }

  /** Bytes the peer had not taken when {@linkcode isStuck} was asked last. */
  get buffered(): number {
    return this.#progress.buffered;
  }

  /** Sends frames, after what was told before, or with it. */
  send(frames: readonly string[]): void {
    const { separator } = this.dialect;
    if (this.#replies.length > 0 && frames.length > 0 && separator !== null) {
      this.#replies.push(...frames);
      return this.flush();
    }
    this.flush();
    for (const frame of frames) this.#write(frame);
  }

  /** Encodes an event, to go out with the next frame. */
  note(event: ServerEvent): void {
    for (const string of this.dialect.encode(event)) {
      this.#replies.push(string);
      this.#gathered += string.length;
    }
  }

  /** Encodes an event, and sends it unless more are about to follow. */
  tell(event: ServerEvent): void {
    this.note(event);
    if (!this.#held || this.#gathered >= MOST_GATHERED) this.flush();
  }

  /** Gathers all that is told while `act` runs, and sends it together. */
  together(act: () => void): void {
    this.#held = true;
    try {
      act();
    } finally {
      this.#held = false;
      this.flush();
    }
  }

  /** Sends what was told and has not been sent. */
  flush(): void {
    if (this.#replies.length === 0) return;
    const replies = this.#replies;
    this.#replies = [];
    this.#gathered = 0;
    const { separator } = this.dialect;
    if (separator !== null) return this.#write(replies.join(separator));
    for (const reply of replies) this.#write(reply);
  }

  /** When the peer last sent something, or took something that waited. */
  get livedAt(): Monotonic {
    return this.#progress.livedAt;
  }

  /** Notes a sign of life. */
  heard(): void {
    this.#progress.heard();
  }

  /** Whether its peer takes nothing any more; to be asked every few seconds.
   * See {@linkcode WriteProgress.isStuck}. */
  isStuck(patience: Patience): boolean {
    return this.#progress.isStuck(patience);
  }

  #write(frame: string): void {
    this.#sentSinceCheck += frame.length;
    this.#progress.wrote(frame.length);
    this.#socket.send(frame);
  }
}
