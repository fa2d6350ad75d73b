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

/** What a frame has of all that a frame may have. */
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

/** Errors that come with the end of a server or the fault of an engine: what was
 * said is not stored, or nobody knows, and the client does not care. The soak
 * turns rates off, so `rate_limited` means that 256 KiB of a burst wait for a
 * client that has not read its answers. */
const MAY_BE_TOLD: ReadonlySet<string> = new Set([
  "rate_limited",
  "stopping",
  "store_unavailable",
]);

/** What a {@linkcode SimpleClient} needs beside what all do. */
export interface SimpleOptions extends ClientOptions {
  /** Messages it is replayed when it comes. */
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
    } else if (event === "error" && !MAY_BE_TOLD.has(code ?? "")) {
      check.violated({ room, reader: this.id, what: `was told: ${message}` });
    } else if (seq !== undefined) {
      check.delivered(this.id, { room, seq, text: tokenOf(message), replay });
      if (replay === undefined && at !== undefined) lag(Date.now() - at);
    }
  }
}
