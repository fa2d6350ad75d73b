/**
 * A server-sent event stream as a reader of a room. It has no queue: above a
 * watermark it reports that it is not writable, and the room stops sending to
 * it.
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

/** Unsent bytes above which no more pages are sent, as on a socket. */
const WATERMARK = 64 * 1024;
/** Heartbeat interval of an idle stream, in milliseconds. Many proxies close
 * connections after 60 s of silence. */
const HEARTBEAT_MS = 15_000;

/** Close reasons after which a reader reconnects, to resume or to get the
 * error. */
const ORDERLY: ReadonlySet<CloseReason> = new Set([
  CLOSE.restart,
  CLOSE.expired,
]);

/** Thrown into the runtime to break the connection. The runtime reports it back
 * as an error, although it is none. */
export class CutStream extends Error {
  override name = "CutStream";
}

/** Options of an {@linkcode EventStream}. */
export interface EventStreamOptions {
  readonly clock: Clock;
  /** The reader's address, such as `192.0.2.7`. */
  readonly address: string;
  /** When the reader's permission expires, in milliseconds since 1970. */
  readonly until: number;
  /** Proof that event IDs carry, so that the reader can reconnect. */
  readonly proof?: string | undefined;
  /** Counts the bytes buffered in the stream. */
  readonly ledger: ResourceLedger;
  /** Called once, when the stream no longer counts. */
  readonly onGone: () => void;
}

/** One streaming response. */
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
  /** Bytes left below the watermark at the last check. */
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
   * Resolves when the stream has joined. Until then the response can still be
   * an error.
   */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** The cost of its replay in requests, after the start. */
  get cost(): number {
    return this.#cost;
  }

  // Called by rooms and the hub.

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
    // A stream with an unread body would never be freed.
    this.#controller.error(new CutStream(reason.reason));
    this.taken();
  }

  /** Releases the buffered bytes from the ledger. */
  taken(): void {
    this.#release();
  }

  // Periodic checks.

  /**
   * Sends a heartbeat, ends the stream if the permission expired, and cuts it
   * off if the reader made no progress.
   *
   * @param slowMs Maximum time without progress of a full stream, in
   * milliseconds.
   */
  check(slowMs: number): void {
    const { clock, until } = this.#options;
    if (clock.now() >= until) return this.end(CLOSE.expired);
    const now = clock.monotonic();
    const left = this.#controller.desiredSize ?? 0;
    if (left > 0 || left !== this.#left) this.#progressAt = now;
    this.#left = left;
    // A write implies that an earlier one was read.
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

  /** Updates the ledger with the bytes not yet read. */
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
