/**
 * A stream of server-sent events as a reader of a room. It has no queue of its
 * own: above a watermark it reports that it is not writable, and the room stops
 * sending to it, as to every reader.
 */

import { CLOSE, type CloseReason } from "../../../protocol/close_codes.ts";
import { HubbubError } from "../../../protocol/errors.ts";
import type { ServerEvent } from "../../../protocol/events.ts";
import {
  comeBackIn,
  eventIn,
  HEARTBEAT,
  sse,
  withProof,
} from "../../../protocol/sse.ts";
import { type Clock, type Monotonic, msBetween } from "../../runtime/clock.ts";
import type { Release, ResourceLedger } from "../../runtime/resource_ledger.ts";
import { costOfReplay } from "../../rooms/page_cost.ts";
import type { Reader } from "../../rooms/session.ts";

/** Unsent bytes above which no more pages come, as on a socket. */
const WATERMARK = 64 * 1024;
/** A stream that is idle shows this often that it lives, milliseconds. Proxies
 * drop what is silent for longer, often after 60 s. */
const HEARTBEAT_MS = 15_000;

/** Ends after which a reader comes back, to go on or to be told why not. */
const ORDERLY: ReadonlySet<CloseReason> = new Set([
  CLOSE.restart,
  CLOSE.expired,
]);

/** Why a stream was cut off. The runtime is given it to break the connection,
 * and gives it back as an error: it is none. */
export class CutStream extends Error {
  override name = "CutStream";
}

/** What an {@linkcode EventStream} needs. */
export interface EventStreamOptions {
  readonly clock: Clock;
  /** Where its reader is, such as `192.0.2.7`. */
  readonly address: string;
  /** When its reader may read no more, milliseconds since 1970. */
  readonly until: number;
  /** What its reader sends when it comes back, in the ids of events. */
  readonly proof?: string | undefined;
  /** Counts the bytes that it holds until they are taken. */
  readonly ledger: ResourceLedger;
  /** Called once, when it no longer counts. */
  readonly onGone: () => void;
}

/** One response that does not end by itself. */
export class EventStream implements Reader {
  readonly dialect = sse;
  readonly address: string;
  /** The response's body. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #options: EventStreamOptions;
  readonly #encoder = new TextEncoder();
  readonly #started = Promise.withResolvers<void>();
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  #epoch = "";
  #cost = 1;
  #gone = false;
  #wroteAt: Monotonic;
  #progressAt: Monotonic;
  /** Room that was left below the watermark when last looked at. */
  #left = WATERMARK;
  #release: Release = () => {};

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.address = options.address;
    this.#wroteAt = this.#progressAt = options.clock.monotonic();
    this.body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#account(),
      cancel: () => {
        this.taken();
        this.#leave();
      },
    }, new ByteLengthQueuingStrategy({ highWaterMark: WATERMARK }));
  }

  /**
   * Resolves when it has joined, so that until then a response can still be
   * one that tells what went wrong.
   */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** What its replay counts as, in requests, once it has started. */
  get cost(): number {
    return this.#cost;
  }

  // What rooms and hub call.

  get ready(): boolean {
    return this.writable;
  }

  get writable(): boolean {
    return (this.#controller.desiredSize ?? 0) > 0;
  }

  send(frames: readonly string[]): void {
    if (frames.length === 0) return;
    this.#write(frames.map((frame) => eventIn(this.#epoch, frame)).join(""));
  }

  tell(event: ServerEvent): void {
    if (event.type === "error") {
      const { code, message, retryAfterMs } = event;
      this.#started.reject(
        new HubbubError(code, {
          message,
          ...(retryAfterMs !== undefined && { retryAfterMs }),
        }),
      );
    } else if (event.type === "reconnect") {
      this.#write(comeBackIn(event.afterMs));
    } else if (event.type === "joined") {
      this.#epoch = withProof(event.epoch, this.#options.proof);
      this.#cost = costOfReplay(event);
      this.#started.resolve();
    }
    this.send(this.dialect.encode(event));
  }

  note(event: ServerEvent): void {
    this.tell(event);
  }

  flush(): void {}

  end(reason: CloseReason): void {
    if (this.#gone) return;
    this.#leave();
    if (ORDERLY.has(reason)) return this.#controller.close();
    // What waits for a peer that does not read would never be freed.
    this.#controller.error(new CutStream(reason.reason));
    this.taken();
  }

  /** It holds no bytes any more. */
  taken(): void {
    this.#release();
  }

  // What is done again and again.

  /**
   * Shows a reader that the stream lives, ends that of one who may read no
   * more, and cuts off one that has taken nothing for too long.
   *
   * @param slowMs Milliseconds without progress, of one that is full.
   */
  check(slowMs: number): void {
    const { clock, until } = this.#options;
    if (clock.now() >= until) return this.end(CLOSE.expired);
    const now = clock.monotonic();
    const left = this.#controller.desiredSize ?? 0;
    if (left > 0 || left !== this.#left) this.#progressAt = now;
    this.#left = left;
    // What is written was preceded by something that was taken.
    const idle = msBetween(this.#wroteAt, now);
    const stuck = Math.min(idle, msBetween(this.#progressAt, now));
    if (stuck >= slowMs) return this.end(CLOSE.slow);
    if (left > 0 && idle >= HEARTBEAT_MS) this.#write(HEARTBEAT);
  }

  #write(text: string): void {
    if (this.#gone) return;
    this.#wroteAt = this.#options.clock.monotonic();
    this.#controller.enqueue(this.#encoder.encode(text));
    this.#account();
  }

  /** Counts what waits to be taken. */
  #account(): void {
    this.#release();
    const bytes = WATERMARK - (this.#controller.desiredSize ?? WATERMARK);
    if (bytes > 0) {
      this.#release = this.#options.ledger.hold("event_stream", bytes);
    }
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#started.reject(new HubbubError("stopping"));
    this.#options.onGone();
  }
}
