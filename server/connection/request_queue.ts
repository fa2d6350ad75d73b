/**
 * The requests of one client that wait for their turn, in the order in which
 * they came: while the one before takes a moment, such as the check of a token,
 * and while the client has not read what it was told. They wait as the frames
 * they came in: nothing is decoded, carried out or answered ahead.
 */

import type { Decoded } from "../../protocol/dialect.ts";
import type { Cancel, Clock } from "../runtime/clock.ts";
import type { Party } from "../runtime/fair_queue.ts";
import type { TurnShare } from "./turn_share.ts";

/** Bytes that may wait before one more frame is too much. */
const MOST_WAITING = 256 * 1024;
/** The same where frames wait for nothing but a turn of the event loop, which
 * is not the client's fault. Rates of bytes keep it far below, if there are. */
const MOST_BUSY = 16 * 1024 * 1024;
/** What a frame takes in memory beside its text, bytes. */
const FRAME_OVERHEAD = 128;
/** Requests handled in one turn of the event loop: all of a frame's. */
const MOST_A_TURN = 1_000;
/** How long to wait before the socket is asked again whether it has drained,
 * milliseconds, by how often it had not. There is no event for it. */
const WAITS_MS = [0, 1, 2, 4, 8, 16, 32, 64, 128, 250] as const;

/** What a {@linkcode RequestQueue} needs. */
export interface RequestQueueOptions {
  readonly clock: Pick<Clock, "after" | "soon">;
  /** The time that all connections have. */
  readonly turns: Pick<TurnShare, "isOver" | "later">;
  /** Whose turns it takes: its address's, and its own there. */
  readonly party: () => Party;
  /** Reads a frame when its turn has come. */
  readonly decode: (frame: string) => Iterable<Decoded>;
  /**
   * Carries a request out, or answers it with an error; must not throw.
   *
   * @param waitMs More than 0 when it is to be refused until then.
   */
  readonly handle: (decoded: Decoded, waitMs: number) => void;
  /** Whether the client has room for a further answer. */
  readonly hasRoom: () => boolean;
  /** Gathers what is told while `act` runs, and sends it together. */
  readonly together: (act: () => void) => void;
}

interface Frame {
  readonly text: string;
  readonly bytes: number;
  readonly waitMs: number;
}

/** Handles the requests of one client, one after the other. */
export class RequestQueue {
  readonly #options: RequestQueueOptions;
  /** How many things take a moment now. */
  #moments = 0;
  #frames: Frame[] = [];
  /** The frame whose requests are being handled. */
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

  /** Bytes of the frames that wait, the one in hand too. */
  get waiting(): number {
    return this.#bytes;
  }

  /** Whether frames wait for nothing but a turn of the event loop. */
  get isBusy(): boolean {
    return this.#isNextTurn;
  }

  /**
   * Handles the requests of a frame, now or when their turn has come.
   *
   * @param text The frame.
   * @param options Its `bytes`, and `waitMs` as for `handle`.
   * @returns False when so much waits already that it was not taken.
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
   * Lets all that comes wait.
   *
   * @param moment For this.
   * @param failed Told when it fails, unless all has stopped.
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

  /** Ends this turn: what is left is handled in one of the next. */
  pause(): void {
    this.#handled = MOST_A_TURN;
  }

  /** Handles nothing any more. */
  stop(): void {
    this.#stopped = true;
    this.#isNextTurn = false;
    this.#cancel?.();
    this.#cancel = null;
    this.#frames = [];
    this.#requests = undefined;
    this.#bytes = 0;
  }

  /** Whether a request could be handled now, if there is one. */
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

  /** Takes the next request, of the next frame when the one in hand is done. */
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

  /** Goes on when the other connections have had their turn. */
  #nextTurn(): void {
    this.#isNextTurn = true;
    const { turns, party } = this.#options;
    this.#cancel = turns.later(() => {
      this.#cancel = null;
      this.#isNextTurn = false;
      this.#run();
    }, party());
  }

  /** Looks again whether the client has room, ever less often. */
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
