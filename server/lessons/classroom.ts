/**
 * Makes the rows of table.ts work: owns who is connected to which lesson, the
 * histories, and the limits that keep a rude client from costing others.
 */

import { Buffer } from "node:buffer";
import { CLOSE, type CloseReason } from "../../protocol/close_codes.ts";
import { type Cancel, type Clock, systemClock } from "../runtime/clock.ts";
import type { ConnectionRates } from "../connection/connection_rates.ts";
import { type Patience, WriteProgress } from "../connection/write_progress.ts";
import type { Accept, Socket, SocketHandler } from "../transport/socket.ts";
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
  readonly clock?: Pick<Clock, "after" | "monotonic">;
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
      rates = () => NO_LIMITS,
      onError = console.error,
    }: LessonsOptions = {},
  ) {
    this.#rooms = new Map(
      LESSONS.map((lesson) => [
        lesson.name,
        new Classroom(lesson, { clock, rates, onError }),
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

/** One lesson and who is there. */
class Classroom {
  readonly #lesson: Lesson;
  readonly #options: Required<LessonsOptions>;
  readonly #present = new Set<Visitor>();
  readonly #history: string[] = [];
  /** Its characters. */
  #kept = 0;

  constructor(lesson: Lesson, options: Required<LessonsOptions>) {
    this.#lesson = lesson;
    this.#options = options;
  }

  enter(socket: Socket, address: string): SocketHandler {
    const { welcome, answer } = this.#lesson;
    const { clock, rates, onError } = this.#options;
    const visitor = new Visitor(socket, {
      clock,
      rates: rates(address),
      onError,
      onGone: () => this.#present.delete(visitor),
    });
    this.#present.add(visitor);
    if (welcome !== undefined) visitor.send(welcome);
    for (const past of this.#history) visitor.send(answer(past));
    return {
      message: (frame) => this.#message(visitor, frame),
      control: (bytes) => visitor.control(bytes),
      close: () => visitor.forget(),
    };
  }

  closeAll(ending: Ending): void {
    for (const visitor of this.#present) visitor.end(ending);
  }

  checkProgress(patience: Patience): void {
    for (const visitor of this.#present) visitor.checkProgress(patience);
  }

  #message(visitor: Visitor, frame: string | Uint8Array<ArrayBuffer>): void {
    // Frames still come after the server has begun to close.
    if (!this.#present.has(visitor)) return;
    const { answer, to, remembers, hangsUpOn, awaitsClose, echoesBinary } =
      this.#lesson;
    const isShared = remembers || to === "everyone";
    // A lesson has no words for it but a code.
    if (!visitor.mayWrite(frame, isShared)) return visitor.end(CLOSE.flood);
    if (typeof frame !== "string" && !echoesBinary) {
      return visitor.end(CLOSE.unsupportedData);
    }
    if (frame.length > (isShared ? LONGEST_SHARED : LONGEST)) {
      return visitor.end(CLOSE.tooBig);
    }
    if (typeof frame !== "string") return visitor.send(frame);
    if (frame === hangsUpOn) return visitor.end(CLOSE.normal);
    if (remembers) this.#remember(frame);
    if (awaitsClose) visitor.endIn(FAREWELL_MS);
    const answered = answer(frame);
    if (to === "sender") visitor.send(answered);
    else for (const each of this.#present) each.send(answered);
  }

  #remember(text: string): void {
    this.#history.push(text);
    this.#kept += text.length;
    while (this.#history.length > HISTORY || this.#kept > HISTORY_CHARACTERS) {
      this.#kept -= this.#history.shift()?.length ?? 0;
    }
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
  mayWrite(frame: string | Uint8Array, isShared: boolean): boolean {
    const { rates } = this.#options;
    this.#progress.heard();
    if (rates.frame(Buffer.byteLength(frame)) > 0) return false;
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
    this.#cancelEnd?.();
    this.#options.rates.end();
    this.#options.onGone();
  }
}
