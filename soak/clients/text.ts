/**
 * A client of dialect `text`: lines for people. Messages have no seq there, so
 * it knows them by their texts; and it is not shown its own ones.
 */

import { LineReading } from "../checks/line_reader_position.ts";
import { authorOf, tokenOf } from "../texts.ts";
import { type BreakableClient, HALF, Link } from "./client.ts";
import type { SimpleOptions } from "./simple.ts";

const LINE = /^\[(.*?)\]: (.*)$/s;
const SERVER = "Server";

/** One client that speaks `text`. */
export class TextClient implements BreakableClient {
  readonly id: string;
  readonly room: string;
  readonly halfFrame = HALF;
  readonly url: URL;
  readonly #options: SimpleOptions;
  readonly #link: Link;
  readonly #lines: LineReading;
  #wanted: string;
  #here = false;
  #replaying = false;

  constructor(options: SimpleOptions) {
    const { id, room, server, replays, check } = options;
    this.id = id;
    this.room = room;
    this.#options = options;
    this.#wanted = id;
    this.#lines = new LineReading(check, { reader: id, room });
    check.hides(id, (text) => authorOf(text) === id);
    this.url = new URL(`/text/${room}?history=${replays}`, server);
    this.#link = new Link(this, options);
  }

  get socket() {
    return this.#link.socket;
  }

  get here(): boolean {
    return this.#here;
  }

  get name(): string | undefined {
    return this.#here ? this.#wanted : undefined;
  }

  get settled(): boolean {
    return this.#lines.settled;
  }

  publish(text: string): boolean {
    if (!this.#here) return false;
    this.#options.check.sent(tokenOf(text));
    this.#link.send(text);
    return true;
  }

  reconnect(): void {
    this.lost();
    this.#link.reconnect();
  }

  async end(): Promise<void> {
    await this.#link.end();
    this.#lines.finish();
  }

  // What the link calls.

  opened(): void {
    this.#replaying = false;
    this.#wanted = this.id;
    this.#lines.began(this.#options.replays);
  }

  heard(frame: string): void {
    this.#line(frame);
    this.#options.changes.notify();
  }

  broken(): void {
    this.#options.check.broken(this.room);
  }

  lost(): void {
    this.#here = false;
    this.#options.changes.notify();
  }

  #line(line: string): void {
    if (/^--- the last \d+ messages? ---$/.test(line)) this.#replaying = true;
    else if (line === "--- end of history ---") this.#replaying = false;
    else if (/^--- \d+ messages are no longer kept ---$/.test(line)) {
      this.#lines.gone();
    }
    const [, from, words = ""] = LINE.exec(line) ?? [];
    if (from === undefined) return;
    if (from !== SERVER) {
      return this.#lines.line(tokenOf(words), this.#replaying);
    }
    const free = / Free is: (.*)\.$/.exec(words)?.[1];
    if (free !== undefined) this.#wanted = free;
    else if (words.endsWith("What is your name?")) {
      this.#link.send(this.#wanted);
    } else if (words.startsWith("You are in ")) this.#here = true;
  }
}
