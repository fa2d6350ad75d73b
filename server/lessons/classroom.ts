/**
 * Makes the rows of table.ts work: owns who is connected to which lesson, the
 * histories, and the limits that keep a rude client from costing others.
 */

import { CLOSE, type CloseReason } from "../../protocol/close_codes.ts";
import { Allowance, type Rates } from "../allowance.ts";
import { type Cancel, type Clock, systemClock } from "../clock.ts";
import type { Accept, Socket, SocketHandler } from "../transport/socket.ts";
import { type Lesson, LESSONS } from "./table.ts";

/** Past messages that a lesson keeps. */
export const HISTORY = 100;

/** Characters of a text message, or bytes of a binary one. */
export const LONGEST = 64 * 1024;

/** Characters of a message that is kept: all of a history has to fit under
 * {@linkcode WATERMARK}, or whoever gets it would pass for a slow reader. */
export const LONGEST_KEPT = 4 * 1024;

/** Bytes that may wait for a reader. 100 kept messages are at most 1.2 MiB. */
const WATERMARK = 2 * 1024 * 1024;

/** What a lesson counts no requests by. */
const NO_RATES: Rates = {
  publish: 0,
  bytes: 0,
  request: 0,
  join: 0,
  rename: 0,
};

/** How long a client that was asked to close may take. */
const FAREWELL_MS = 10_000;

/** What the lessons may depend on. */
export interface LessonsOptions {
  /** Where later comes from. */
  readonly clock?: Pick<Clock, "after" | "monotonic">;
  /** Told of what a socket threw; that connection is closed. */
  readonly onError?: (error: unknown) => void;
  /** Bytes a second from a connection, 8 times that at once, and as much again
   * before it is closed; 0 is no limit, as without it. */
  readonly byteRate?: number;
}

/** All lessons of one server, with who is there. */
export class Lessons {
  readonly #rooms: ReadonlyMap<string, Classroom>;

  /** @param options What they may depend on; all of it has a default. */
  constructor(
    { clock = systemClock, onError = console.error, byteRate = 0 }:
      LessonsOptions = {},
  ) {
    const options = { clock, onError, byteRate };
    this.#rooms = new Map(
      LESSONS.map((lesson) => [lesson.name, new Classroom(lesson, options)]),
    );
  }

  /**
   * Finds the lesson to connect to.
   *
   * @param name A name out of the table, such as `echo`.
   * @returns What takes its sockets; undefined when there is no such lesson.
   */
  accept(name: string): Accept | undefined {
    const room = this.#rooms.get(name);
    return room && ((socket) => room.enter(socket));
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

  constructor(lesson: Lesson, options: Required<LessonsOptions>) {
    this.#lesson = lesson;
    this.#options = options;
  }

  enter(socket: Socket): SocketHandler {
    const { welcome, answer } = this.#lesson;
    const visitor = new Visitor(socket, {
      ...this.#options,
      onGone: () => this.#present.delete(visitor),
    });
    this.#present.add(visitor);
    if (welcome !== undefined) visitor.send(welcome);
    for (const past of this.#history) visitor.send(answer(past));
    return {
      message: (frame) => this.#message(visitor, frame),
      control: (bytes) => visitor.count(bytes),
      close: () => visitor.forget(),
    };
  }

  closeAll(ending: Ending): void {
    for (const visitor of this.#present) visitor.end(ending);
  }

  #message(visitor: Visitor, frame: string | Uint8Array<ArrayBuffer>): void {
    // Bytes of UTF-8 may be up to three times as many.
    visitor.count(frame.length);
    // Frames still come after the server has begun to close.
    if (!this.#present.has(visitor)) return;
    const { answer, to, remembers, hangsUpOn, awaitsClose, echoesBinary } =
      this.#lesson;
    if (typeof frame !== "string" && !echoesBinary) {
      return visitor.end(CLOSE.unsupportedData);
    }
    if (frame.length > (remembers ? LONGEST_KEPT : LONGEST)) {
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
    if (this.#history.length > HISTORY) this.#history.shift();
  }
}

/** One connection. Nothing that its socket throws gets out of here. */
class Visitor {
  readonly #socket: Socket;
  readonly #options: Required<LessonsOptions> & { onGone: () => void };
  readonly #allowance: Allowance;
  #cancelEnd: Cancel | undefined;

  constructor(
    socket: Socket,
    options: Required<LessonsOptions> & { onGone: () => void },
  ) {
    this.#socket = socket;
    this.#options = options;
    this.#allowance = new Allowance({ ...NO_RATES, bytes: options.byteRate });
  }

  /** Counts a frame, and ends who sends on and on. */
  count(bytes: number): void {
    this.#allowance.frame(bytes, this.#options.clock.monotonic());
    if (this.#allowance.flooding) this.end(CLOSE.flood);
  }

  send(frame: string | Uint8Array<ArrayBuffer>): void {
    try {
      this.#socket.send(frame);
      if (this.#socket.buffered > WATERMARK) this.end(CLOSE.slow);
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
    this.#options.onGone();
  }
}
