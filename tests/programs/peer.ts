/**
 * A bare WebSocket client for tests: frames come out one by one, in order, and
 * whoever waits for one waits for nothing else.
 */

import { CLOSE } from "../../protocol/close_codes.ts";

// deno-lint-ignore no-explicit-any -- any JSON object, of any dialect
export type Json = Record<string, any>;

/** What a connection was closed with. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** One connection. */
export class Peer implements AsyncDisposable {
  /** Resolves when the connection is gone. */
  readonly closed: Promise<Closed>;
  readonly #socket: WebSocket;
  readonly #opened = Promise.withResolvers<void>();
  readonly #lines: string[] = [];
  #end: Closed | undefined;
  #wake = () => {};

  private constructor(url: string, protocol: string | undefined) {
    this.#socket = protocol === undefined
      ? new WebSocket(url)
      : new WebSocket(url, protocol);
    const closed = Promise.withResolvers<Closed>();
    this.closed = closed.promise;
    this.#socket.onopen = () => this.#opened.resolve();
    this.#socket.onmessage = ({ data }) => {
      // hubbub.v1 may put several lines in a frame; the others' JSON and
      // lines for people are a frame each.
      const lines = protocol === "hubbub.v1" ? data.split("\n") : [data];
      this.#lines.push(...lines);
      this.#wake();
    };
    this.#socket.onclose = ({ code, reason }) => {
      this.#end = { code, reason };
      this.#opened.reject(new Error(`Not opened: ${code} ${reason}`));
      closed.resolve(this.#end);
      this.#wake();
    };
  }

  /**
   * Connects.
   *
   * @throws {Error} When the server does not take the connection.
   */
  static async connect(url: string, protocol?: string): Promise<Peer> {
    const peer = new Peer(url, protocol);
    await peer.#opened.promise;
    return peer;
  }

  send(...lines: (string | Json)[]): void {
    for (const line of lines) {
      this.#socket.send(
        typeof line === "string" ? line : JSON.stringify(line),
      );
    }
  }

  /** The next line. */
  async line(): Promise<string> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#end !== undefined) {
        throw new Error(`Closed: ${this.#end.code} ${this.#end.reason}`);
      }
      await new Promise<void>((wake) => this.#wake = wake);
    }
  }

  /** The next line that fits; those before it are dropped. */
  async until(fits: (line: string) => boolean): Promise<string> {
    for (;;) {
      const line = await this.line();
      if (fits(line)) return line;
    }
  }

  /** The next JSON object that has all these fields; those before it are dropped. */
  async event(fields: Json): Promise<Json> {
    const line = await this.until((line) => {
      const event = JSON.parse(line);
      return Object.entries(fields).every(([key, value]) =>
        event[key] === value
      );
    });
    return JSON.parse(line);
  }

  /** Lines that came and were not asked for. */
  get rest(): readonly string[] {
    return this.#lines;
  }

  /** Says goodbye. */
  close(): Promise<Closed> {
    this.#socket.close(1000);
    return this.closed;
  }

  /** Goes with a code that is no goodbye, as a connection that is lost does. */
  lose(): Promise<Closed> {
    this.#socket.close(CLOSE.resync.code);
    return this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
