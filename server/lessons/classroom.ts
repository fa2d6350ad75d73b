/**
 * Runs the lessons of table.ts: tracks connections and histories, and limits
 * what each client can cost others.
 */

import { Buffer } from "node:buffer";
import { CLOSE, type CloseReason } from "../../protocol/close_codes.ts";
import { type Cancel, type Clock, systemClock } from "../runtime/clock.ts";
import type { ConnectionRates } from "../connection/connection_rates.ts";
import { TurnShare } from "../runtime/turn_share.ts";
import {
  type ProgressTimeouts,
  WriteProgress,
} from "../connection/write_progress.ts";
import type { Accept, Socket, SocketHandler } from "../transport/socket.ts";
import { networkKey } from "../runtime/ip_network.ts";
import { FanOutQueue } from "./fan_out_queue.ts";
import { type Lesson, LESSONS } from "./table.ts";

/** Maximum past messages per lesson. */
export const HISTORY = 100;
/** Maximum characters of these: each new client gets all of them at once. */
export const HISTORY_CHARACTERS = 32 * 1024;

/** Maximum characters of a text message, or bytes of a binary one. */
export const LONGEST = 64 * 1024;

/** Maximum characters of a message sent to others. */
export const LONGEST_SHARED = 4 * 1024;

/** Maximum unsent bytes of a reader, not counting one message. Larger than a
 * history, so that new clients do not count as slow readers. */
const WATERMARK = 128 * 1024;

/** Maximum members of a lesson that broadcasts: each message costs one send per
 * member. */
export const MOST_MEMBERS = { total: 200, perAddress: 100 };

/** Bytes charged to the sender per member. */
const BYTES_A_MEMBER = 64;

/** Close of a client when its lesson is full. */
const FULL: Ending = {
  code: CLOSE.tryLater.code,
  reason: "This lesson is full; close another connection or try again later",
};

/** Time for a client that was asked to close, in milliseconds. */
const CLOSE_WAIT_MS = 10_000;

/** What one visitor may send. */
export type VisitorRates = Pick<
  ConnectionRates,
  "frame" | "request" | "flooding" | "end"
>;

const NO_LIMITS: VisitorRates = {
  frame: () => 0,
  request() {},
  flooding: false,
  end() {},
};

/** Dependencies of the lessons. */
export interface LessonsOptions {
  /** Provides timers. */
  readonly clock?: Pick<Clock, "after" | "monotonic" | "soon">;
  /** Time budget that broadcasts share with all requests. */
  readonly turns?: TurnShare;
  /** Returns the rate limits of a visitor from an address; unlimited by
   * default. */
  readonly rates?: (address: string) => VisitorRates;
  /** Called with what a socket threw; its connection is closed. */
  readonly onError?: (error: unknown) => void;
}

/** All lessons of one server and their visitors. */
export class Lessons {
  readonly #rooms: ReadonlyMap<string, Classroom>;

  /** @param options Dependencies; all have defaults. */
  constructor(
    {
      clock = systemClock,
      turns = new TurnShare(clock),
      rates = () => NO_LIMITS,
      onError = console.error,
    }: LessonsOptions = {},
  ) {
    const queue = new FanOutQueue(turns);
    this.#rooms = new Map(
      LESSONS.map((lesson) => [
        lesson.name,
        new Classroom(lesson, { clock, rates, onError, queue }),
      ]),
    );
  }

  /**
   * Returns the lesson to connect to.
   *
   * @param name Its name in the table, such as `echo`.
   * @param address The client's address, such as `192.0.2.7`.
   * @returns Accepts its sockets; undefined for an unknown lesson.
   */
  accept(name: string, address = ""): Accept | undefined {
    const room = this.#rooms.get(name);
    return room && ((socket) => room.enter(socket, address));
  }

  /** Closes connections that read nothing; called every few seconds. */
  checkProgress(timeouts: ProgressTimeouts): void {
    for (const room of this.#rooms.values()) room.checkProgress(timeouts);
  }

  /**
   * Closes every connection, for example at shutdown.
   *
   * @param code Such as 1001.
   * @param reason At most 123 bytes.
   */
  closeAll(code: number, reason: string): void {
    for (const room of this.#rooms.values()) room.closeAll({ code, reason });
  }
}

/** How a connection ends. */
type Ending = Pick<CloseReason, "code" | "reason">;

/** Options of a {@linkcode Classroom}. */
interface ClassroomOptions extends Required<Omit<LessonsOptions, "turns">> {
  readonly queue: FanOutQueue;
}

/** One lesson and its visitors. */
class Classroom {
  readonly #lesson: Lesson;
  readonly #options: ClassroomOptions;
  readonly #present = new Set<Visitor>();
  readonly #membersByNetwork = new Map<string, number>();
  /** Past messages with their replies. */
  #history: readonly { readonly text: string; readonly answered: string }[] =
    [];
  /** Total characters of these. */
  #kept = 0;

  constructor(lesson: Lesson, options: ClassroomOptions) {
    this.#lesson = lesson;
    this.#options = options;
  }

  enter(socket: Socket, address: string): SocketHandler {
    const { welcome } = this.#lesson;
    const { clock, rates, onError, queue } = this.#options;
    const network = networkKey(address);
    const isFull = this.#isFull(network);
    const visitor: Visitor = new Visitor(socket, {
      clock,
      rates: rates(address),
      onError,
      onGone: () => {
        if (this.#present.delete(visitor)) this.#count(network, -1);
      },
    });
    if (isFull) visitor.end(FULL);
    else {
      this.#present.add(visitor);
      this.#count(network, 1);
      if (welcome !== undefined) visitor.send(welcome);
      const past = this.#history.map(({ answered }) => answered);
      if (past.length > 0) queue.replay(past, visitor);
    }
    return {
      message: (frame) => this.#message(visitor, frame, address),
      control: (bytes) => visitor.control(bytes),
      close: () => visitor.forget(),
    };
  }

  /** Whether a lesson that broadcasts has reached its limit of members. */
  #isFull(network: string): boolean {
    if (this.#lesson.to !== "everyone") return false;
    const { total, perAddress } = MOST_MEMBERS;
    const here = this.#membersByNetwork.get(network) ?? 0;
    return here >= perAddress || this.#present.size >= total;
  }

  #count(network: string, change: 1 | -1): void {
    const here = (this.#membersByNetwork.get(network) ?? 0) + change;
    if (here > 0) this.#membersByNetwork.set(network, here);
    else this.#membersByNetwork.delete(network);
  }

  closeAll(ending: Ending): void {
    for (const visitor of this.#present) visitor.end(ending);
  }

  checkProgress(timeouts: ProgressTimeouts): void {
    for (const visitor of this.#present) visitor.checkProgress(timeouts);
  }

  #message(
    visitor: Visitor,
    frame: string | Uint8Array<ArrayBuffer>,
    address: string,
  ): void {
    // Frames still arrive after the server starts to close.
    if (!this.#present.has(visitor)) return;
    const { answer, to, remembers, hangsUpOn, awaitsClose, echoesBinary } =
      this.#lesson;
    const isShared = remembers || to === "everyone";
    const readers = to === "everyone" ? this.#present.size : 1;
    // A lesson has no error messages, only a close code.
    if (!visitor.mayWrite(frame, { isShared, readers })) {
      return visitor.end(CLOSE.flood);
    }
    if (typeof frame !== "string" && !echoesBinary) {
      return visitor.end(CLOSE.unsupportedData);
    }
    if (frame.length > (isShared ? LONGEST_SHARED : LONGEST)) {
      return visitor.end(CLOSE.tooBig);
    }
    if (typeof frame !== "string") return visitor.send(frame);
    if (frame === hangsUpOn) return visitor.end(CLOSE.normal);
    if (awaitsClose) visitor.endIn(CLOSE_WAIT_MS);
    const answered = answer(frame);
    if (!isShared) return visitor.send(answered);
    const receivers = to === "sender" ? [visitor] : [...this.#present];
    const full = this.#options.queue.add(answered, receivers, address);
    if (full === "address") return visitor.end(CLOSE.flood);
    if (full === "total") return visitor.end(CLOSE.tryLater);
    if (remembers) this.#remember(frame, answered);
  }

  #remember(text: string, answered: string): void {
    const history = [...this.#history, { text, answered }];
    this.#kept += text.length;
    while (history.length > HISTORY || this.#kept > HISTORY_CHARACTERS) {
      this.#kept -= history.shift()?.text.length ?? 0;
    }
    this.#history = history;
  }
}

/** Options of a {@linkcode Visitor}. */
interface VisitorOptions extends Pick<Required<LessonsOptions>, "onError"> {
  readonly clock: Pick<Clock, "after" | "monotonic">;
  readonly rates: VisitorRates;
  /** Called when the visitor no longer counts; perhaps repeatedly. */
  readonly onGone: () => void;
}

/** One connection. Contains everything that its socket throws. */
class Visitor {
  readonly #socket: Socket;
  readonly #options: VisitorOptions;
  readonly #progress: WriteProgress;
  #cancelEnd: Cancel | undefined;
  /** Whether nothing more may be sent to it. */
  isGone = false;

  constructor(socket: Socket, options: VisitorOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#progress = new WriteProgress(socket, options.clock);
  }

  /** Counts a control frame; closes the connection above the rate limit. */
  control(bytes: number): void {
    const { rates } = this.#options;
    rates.frame(bytes);
    if (rates.flooding) this.end(CLOSE.flood);
  }

  /** Counts a message; returns false above the rate limit. */
  mayWrite(
    frame: string | Uint8Array,
    { isShared, readers }: { isShared: boolean; readers: number },
  ): boolean {
    const { rates } = this.#options;
    this.#progress.heard();
    const bytes = Buffer.byteLength(frame) + (readers - 1) * BYTES_A_MEMBER;
    if (rates.frame(bytes) > 0) return false;
    try {
      // A broadcast is charged as a message, any other as a ping.
      rates.request(isShared ? "publish" : "ping");
      return true;
    } catch {
      return false;
    }
  }

  send(frame: string | Uint8Array<ArrayBuffer>): void {
    try {
      if (this.#socket.buffered > WATERMARK) return this.end(CLOSE.slow);
      this.#progress.wrote(frame.length);
      this.#socket.send(frame);
    } catch (error) {
      this.#options.onError(error);
      this.end(CLOSE.internalError);
    }
  }

  checkProgress(timeouts: ProgressTimeouts): void {
    try {
      if (this.#progress.isStuck(timeouts)) this.end(CLOSE.slow);
    } catch (error) {
      this.#options.onError(error);
      this.end(CLOSE.internalError);
    }
  }

  /** Drops the connection at once: the close handshake may never complete. */
  end({ code, reason }: Ending): void {
    this.forget();
    try {
      this.#socket.close(code, reason);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /**
   * Closes the connection after a delay. A second call does not postpone it.
   */
  endIn(ms: number): void {
    this.#cancelEnd ??= this.#options.clock.after(
      ms,
      () => this.end(CLOSE.normal),
    );
  }

  /** Removes a closed connection; idempotent. */
  forget(): void {
    this.isGone = true;
    this.#cancelEnd?.();
    this.#options.rates.end();
    this.#options.onGone();
  }
}
