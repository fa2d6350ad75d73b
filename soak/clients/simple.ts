/**
 * A client of dialect `simple`: text out, JSON in. It has no cursor and no
 * acks; after a lost connection it is replayed the newest messages.
 */

import { tokenOf } from "../texts.ts";
import {
  type BreakableClient,
  type ClientOptions,
  HALF,
  Link,
} from "./client.ts";

/** Fields of any frame. */
interface Frame {
  readonly message: string;
  readonly seq?: number;
  readonly at?: number;
  readonly replay?: true;
  readonly event?: string;
  readonly name?: string;
  readonly code?: string;
  readonly from?: number;
  readonly to?: number;
}

/** Bytes of requests that may wait on one connection (docs/protocol.md). The
 * soak turns rates off, so only a client that sent more in a burst may get
 * `rate_limited`. */
const MOST_WAITING = 256 * 1024;

/** Errors that come with the end of a server or the fault of an engine: what was
 * said is not stored, or nobody knows, and the client does not care. */
const EXPECTED_ERRORS: ReadonlySet<string> = new Set([
  "stopping",
  "store_unavailable",
]);

/** Options of a {@linkcode SimpleClient}. */
export interface SimpleOptions extends ClientOptions {
  /** Messages to replay on joining. */
  readonly replays: number;
}

/** One client that speaks `simple`. */
export class SimpleClient implements BreakableClient {
  readonly id: string;
  readonly room: string;
  readonly halfFrame = HALF;
  readonly settled = true;
  readonly url: URL;
  readonly #options: SimpleOptions;
  readonly #link: Link;
  #name: string | undefined;
  /** Bytes sent on this connection; texts are ASCII. */
  #sentBytes = 0;

  constructor(options: SimpleOptions) {
    const { id, room, server, replays } = options;
    this.id = id;
    this.room = room;
    this.#options = options;
    this.url = new URL(`/ws/${room}?name=${id}&history=${replays}`, server);
    this.#link = new Link(this, options);
  }

  get socket() {
    return this.#link.socket;
  }

  get here(): boolean {
    return this.#name !== undefined;
  }

  get name(): string | undefined {
    return this.#name;
  }

  publish(text: string): boolean {
    if (!this.here) return false;
    this.#options.check.sent(tokenOf(text));
    this.#link.send(text);
    this.#sentBytes += text.length;
    return true;
  }

  reconnect(): void {
    this.lost();
    this.#link.reconnect();
  }

  end(): Promise<void> {
    return this.#link.end();
  }

  // What the link calls.

  opened(): void {
    const { check, replays } = this.#options;
    this.#sentBytes = 0;
    check.began(this.id, this.room, replays);
  }

  heard(frame: string): void {
    this.#frame(JSON.parse(frame));
    this.#options.changes.notify();
  }

  broken(): void {
    this.#options.check.broken(this.room);
  }

  lost(): void {
    this.#name = undefined;
    this.#options.changes.notify();
  }

  #frame(frame: Frame): void {
    const { message, seq, at, replay, event, name, code, from, to } = frame;
    const { check, lag, room } = this.#options;
    if (event === "welcome") this.#name = name;
    else if (event === "gap" && from !== undefined && to !== undefined) {
      check.gap(this.id, room, { from, to });
    } else if (event === "error" && !this.#isExpected(code ?? "")) {
      check.violated({ room, reader: this.id, what: `was told: ${message}` });
    } else if (seq !== undefined) {
      check.delivered(this.id, { room, seq, text: tokenOf(message), replay });
      if (replay === undefined && at !== undefined) lag(Date.now() - at);
    }
  }

  #isExpected(code: string): boolean {
    const isBurst = this.#sentBytes > MOST_WAITING;
    return EXPECTED_ERRORS.has(code) || (code === "rate_limited" && isBurst);
  }
}
