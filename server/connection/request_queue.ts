/**
 * Queues the requests of one client in order, while an earlier request is
 * asynchronous (such as a token check) or the client has unread replies. Frames
 * wait undecoded.
 */

import type { Decoded } from "../../protocol/dialect.ts";
import type { Cancel, Clock } from "../runtime/clock.ts";
import type { Party } from "../runtime/fair_queue.ts";
import type { TurnShare } from "../runtime/turn_share.ts";

/** Maximum bytes in the queue. */
const MOST_WAITING = 256 * 1024;
/** The same while frames wait only for the event loop, which is not the
 * client's fault. Byte rate limits normally keep the queue far smaller. */
const MOST_BUSY = 16 * 1024 * 1024;
/** Memory overhead of a queued frame, in bytes. */
const FRAME_OVERHEAD = 128;
/** Maximum requests per turn of the event loop: all of one frame. */
const MOST_A_TURN = 1_000;
/** Intervals of socket checks in milliseconds, by number of checks without
 * progress. The runtime has no drain event. */
const WAITS_MS = [0, 1, 2, 4, 8, 16, 32, 64, 128, 250] as const;

/** Options of a {@linkcode RequestQueue}. */
export interface RequestQueueOptions {
  readonly clock: Pick<Clock, "after" | "soon">;
  /** Time budget shared by all connections. */
  readonly turns: Pick<TurnShare, "isOver" | "later">;
  /** Returns the address and connection that the turns count for. */
  readonly party: () => Party;
  /** Decodes a frame when its turn comes. */
  readonly decode: (frame: string) => Iterable<Decoded>;
  /**
   * Executes a request or replies with an error; must not throw.
   *
   * @param waitMs If above 0, reject the request with this retry time.
   */
  readonly handle: (decoded: Decoded, waitMs: number) => void;
  /** Whether the client can receive another reply. */
  readonly hasRoom: () => boolean;
  /** Batches the events sent while `act` runs. */
  readonly together: (act: () => void) => void;
}

interface Frame {
  readonly text: string;
  readonly bytes: number;
  readonly waitMs: number;
}

/** Handles the requests of one client in order. */
export class RequestQueue {
  readonly #options: RequestQueueOptions;
  /** Number of pending asynchronous operations. */
  #moments = 0;
  #frames: Frame[] = [];
  /** The frame in progress. */
  #requests: Iterator<Decoded> | undefined;
  #waitMs = 0;
  #bytes = 0;
  #handled = 0;
  #looks = 0;
  #running = false;
  #stopped = false;
  #cancel: Cancel | null = null;
  #isNextTurn = false;

  constructor(options: RequestQueueOptions) {
    this.#options = options;
  }

  /** Bytes of queued frames, including the one in progress. */
  get waiting(): number {
    return this.#bytes;
  }

  /** Whether frames wait only for the event loop. */
  get isBusy(): boolean {
    return this.#isNextTurn;
  }

  /**
   * Handles the requests of a frame, now or in their turn.
   *
   * @param text The frame.
   * @param options Its `bytes`, and `waitMs` as for `handle`.
   * @returns False when the queue is full and the frame was dropped.
   */
  add(
    text: string,
    { bytes, waitMs }: { bytes: number; waitMs: number },
  ): boolean {
    const most = this.#isNextTurn ? MOST_BUSY : MOST_WAITING;
    if (this.#bytes >= most) return false;
    const cost = bytes + FRAME_OVERHEAD;
    this.#frames.push({ text, bytes: cost, waitMs });
    this.#bytes += cost;
    this.#run();
    return true;
  }

  /**
   * Delays all further requests.
   *
   * @param moment Until this settles.
   * @param failed Called if it rejects, unless the queue has stopped.
   */
  wait(moment: Promise<void>, failed: (error: unknown) => void): void {
    this.#moments++;
    moment.catch((error) => {
      if (!this.#stopped) failed(error);
    }).then(() => {
      this.#moments--;
      this.#run();
    });
  }

  /** Ends this turn; the rest is handled in later turns. */
  pause(): void {
    this.#handled = MOST_A_TURN;
  }

  /** Drops all requests. */
  stop(): void {
    this.#stopped = true;
    this.#isNextTurn = false;
    this.#cancel?.();
    this.#cancel = null;
    this.#frames = [];
    this.#requests = undefined;
    this.#bytes = 0;
  }

  /** Whether a request could run now. */
  get #free(): boolean {
    return !this.#stopped && this.#moments === 0;
  }

  #run(): void {
    if (this.#running || this.#cancel !== null || !this.#free) return;
    if (this.#bytes === 0) return;
    this.#running = true;
    try {
      this.#options.together(() => this.#handleAll());
    } finally {
      this.#running = false;
    }
  }

  #handleAll(): void {
    const { handle, hasRoom, turns } = this.#options;
    this.#handled = 0;
    while (this.#free) {
      if (turns.isOver(this.#handled)) return this.#nextTurn();
      if (this.#handled >= MOST_A_TURN || !hasRoom()) return this.#later();
      const decoded = this.#next();
      if (decoded === undefined) return;
      this.#looks = 0;
      this.#handled++;
      handle(decoded, this.#waitMs);
    }
  }

  /** Returns the next request, from the next frame if necessary. */
  #next(): Decoded | undefined {
    while (!this.#stopped) {
      const next = this.#requests?.next();
      if (next?.done === false) return next.value;
      if (this.#requests !== undefined) {
        this.#requests = undefined;
        this.#bytes -= this.#frames.shift()?.bytes ?? 0;
      }
      const [frame] = this.#frames;
      if (frame === undefined) return undefined;
      this.#waitMs = frame.waitMs;
      this.#requests = this.#options.decode(frame.text)[Symbol.iterator]();
    }
    return undefined;
  }

  /** Continues after the other connections had their turns. */
  #nextTurn(): void {
    this.#isNextTurn = true;
    const { turns, party } = this.#options;
    this.#cancel = turns.later(() => {
      this.#cancel = null;
      this.#isNextTurn = false;
      this.#run();
    }, party());
  }

  /** Checks for room again, with increasing intervals. */
  #later(): void {
    const { clock } = this.#options;
    const ms = WAITS_MS[Math.min(this.#looks++, WAITS_MS.length - 1)] ?? 0;
    const look = () => {
      this.#cancel = null;
      this.#run();
    };
    if (ms > 0) {
      this.#cancel = clock.after(ms, look);
      return;
    }
    let called = true;
    this.#cancel = () => called = false;
    clock.soon(() => {
      if (called) look();
    });
  }
}
