/**
 * Makes the rows of table.ts work: owns who is connected to which lesson, the
 * histories, and the limits that keep a rude client from costing others.
 */

import { Buffer } from "node:buffer";
import { CLOSE, type CloseReason } from "../../protocol/close_codes.ts";
import { type Cancel, type Clock, systemClock } from "../runtime/clock.ts";
import type { ConnectionRates } from "../connection/connection_rates.ts";
import { TurnShare } from "../connection/turn_share.ts";
import { type Patience, WriteProgress } from "../connection/write_progress.ts";
import type { Accept, Socket, SocketHandler } from "../transport/socket.ts";
import { networkOf } from "../runtime/ip_network.ts";
import { FanOutQueue } from "./fan_out_queue.ts";
import { type Lesson, LESSONS } from "./table.ts";

/** Past messages that a lesson keeps … */
export const HISTORY = 100;
/** … and their characters: whoever comes gets all of them at once. */
export const HISTORY_CHARACTERS = 32 * 1024;

/** Characters of a text message, or bytes of a binary one. */
export const LONGEST = 64 * 1024;

/** Characters of a message that others are sent. */
export const LONGEST_SHARED = 4 * 1024;

/** Bytes that may wait for a reader, and one message more. A history is less,
 * or whoever gets it would pass for a slow reader. */
const WATERMARK = 128 * 1024;

/** Members of a lesson whose messages reach all of them: each message costs one
 * send a member. */
export const MOST_MEMBERS = { total: 200, perAddress: 100 };

/** Bytes of its rate that a message costs its sender for each member. */
const BYTES_A_MEMBER = 64;

/** What a client is told that a lesson has no place for. */
const FULL: Ending = {
  code: CLOSE.tryLater.code,
  reason: "This lesson is full; close another connection or try again later",
};

/** How long a client that was asked to close may take. */
const FAREWELL_MS = 10_000;

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

/** What the lessons may depend on. */
export interface LessonsOptions {
  /** Where later comes from. */
  readonly clock?: Pick<Clock, "after" | "monotonic" | "soon">;
  /** The turns that the sends to many share with all requests. */
  readonly turns?: TurnShare;
  /** What somebody from an address may send; anything by default. */
  readonly rates?: (address: string) => VisitorRates;
  /** Told of what a socket threw; that connection is closed. */
  readonly onError?: (error: unknown) => void;
}

/** All lessons of one server, with who is there. */
export class Lessons {
  readonly #rooms: ReadonlyMap<string, Classroom>;

  /** @param options What they may depend on; all of it has a default. */
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
   * Finds the lesson to connect to.
   *
   * @param name A name out of the table, such as `echo`.
   * @param address Where its sockets come from, such as `192.0.2.7`.
   * @returns What takes its sockets; undefined when there is no such lesson.
   */
  accept(name: string, address = ""): Accept | undefined {
    const room = this.#rooms.get(name);
    return room && ((socket) => room.enter(socket, address));
  }

  /** Closes those who take nothing any more; to be called every few seconds. */
  checkProgress(patience: Patience): void {
    for (const room of this.#rooms.values()) room.checkProgress(patience);
  }

  /**
   * Closes every connection, as when the server stops.
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

/** What a {@linkcode Classroom} needs. */
interface ClassroomOptions extends Required<Omit<LessonsOptions, "turns">> {
  readonly queue: FanOutQueue;
}

/** One lesson and who is there. */
class Classroom {
  readonly #lesson: Lesson;
  readonly #options: ClassroomOptions;
  readonly #present = new Set<Visitor>();
  readonly #membersByNetwork = new Map<string, number>();
  /** Past messages, and the answers to them. */
  #history: readonly { readonly text: string; readonly answered: string }[] =
    [];
  /** The characters of these messages. */
  #kept = 0;

  constructor(lesson: Lesson, options: ClassroomOptions) {
    this.#lesson = lesson;
    this.#options = options;
  }

  enter(socket: Socket, address: string): SocketHandler {
    const { welcome } = this.#lesson;
    const { clock, rates, onError, queue } = this.#options;
    const network = networkOf(address) ?? address;
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

  /** Whether a lesson whose messages reach all has a place for one more. */
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

  checkProgress(patience: Patience): void {
    for (const visitor of this.#present) visitor.checkProgress(patience);
  }

  #message(
    visitor: Visitor,
    frame: string | Uint8Array<ArrayBuffer>,
    address: string,
  ): void {
    // Frames still come after the server has begun to close.
    if (!this.#present.has(visitor)) return;
    const { answer, to, remembers, hangsUpOn, awaitsClose, echoesBinary } =
      this.#lesson;
    const isShared = remembers || to === "everyone";
    const readers = to === "everyone" ? this.#present.size : 1;
    // A lesson has no words for it but a code.
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
    if (awaitsClose) visitor.endIn(FAREWELL_MS);
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

/** What a {@linkcode Visitor} needs. */
interface VisitorOptions extends Pick<Required<LessonsOptions>, "onError"> {
  readonly clock: Pick<Clock, "after" | "monotonic">;
  readonly rates: VisitorRates;
  /** Called once or more often, when it no longer counts. */
  readonly onGone: () => void;
}

/** One connection. Nothing that its socket throws gets out of here. */
class Visitor {
  readonly #socket: Socket;
  readonly #options: VisitorOptions;
  readonly #progress: WriteProgress;
  #cancelEnd: Cancel | undefined;
  /** Whether it is to be sent nothing any more. */
  isGone = false;

  constructor(socket: Socket, options: VisitorOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#progress = new WriteProgress(socket, options.clock);
  }

  /** Counts a control frame, and ends who sends on and on. */
  control(bytes: number): void {
    const { rates } = this.#options;
    rates.frame(bytes);
    if (rates.flooding) this.end(CLOSE.flood);
  }

  /** Counts a message; false when it came too fast. */
  mayWrite(
    frame: string | Uint8Array,
    { isShared, readers }: { isShared: boolean; readers: number },
  ): boolean {
    const { rates } = this.#options;
    this.#progress.heard();
    const bytes = Buffer.byteLength(frame) + (readers - 1) * BYTES_A_MEMBER;
    if (rates.frame(bytes) > 0) return false;
    try {
      // What others are sent costs what a message does, else what a ping does.
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

  checkProgress(patience: Patience): void {
    try {
      if (this.#progress.isStuck(patience)) this.end(CLOSE.slow);
    } catch (error) {
      this.#options.onError(error);
      this.end(CLOSE.internalError);
    }
  }

  /** Forgets the connection at once: the end of its closing may never come. */
  end({ code, reason }: Ending): void {
    this.forget();
    try {
      this.#socket.close(code, reason);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Ends the connection in a while. A second call does not put it off. */
  endIn(ms: number): void {
    this.#cancelEnd ??= this.#options.clock.after(
      ms,
      () => this.end(CLOSE.normal),
    );
  }

  /** To be called, once or more often, when the connection is gone. */
  forget(): void {
    this.isGone = true;
    this.#cancelEnd?.();
    this.#options.rates.end();
    this.#options.onGone();
  }
}
