/** Holds one conversation with a server, and measures what one input costs. */

import { held } from "./measure.ts";
import { pingFrame, type Talk, textFrame } from "./wire.ts";

/** How long an answer may be waited for: some inputs get none. */
const PATIENCE_MS = 2_000;
const PONG = 0x8a;
const CLOSE = 0x88;
const HEAD_END = [13, 10, 13, 10];

/** One TCP connection, of which no more is read than what ends a turn. */
class Line implements Disposable {
  readonly #socket: Deno.TcpConn;
  readonly #chunk = new Uint8Array(64 * 1024);
  /** Bytes received and not yet read. */
  #unread: Uint8Array = new Uint8Array();
  readonly #timer: ReturnType<typeof setTimeout>;

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#close(), PATIENCE_MS);
  }

  static async to(port: number): Promise<Line> {
    return new Line(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends all bytes, or as many as the server accepts. */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        done += await this.#socket.write(bytes.subarray(done));
      }
    } catch {
      // The server closed the connection.
    }
  }

  /** Reads a head to its end; whether there was one. */
  async head(): Promise<boolean> {
    let matched = 0;
    while (true) {
      for (const [index, byte] of this.#unread.entries()) {
        matched = byte === HEAD_END[matched]
          ? matched + 1
          : byte === 13
          ? 1
          : 0;
        if (matched < HEAD_END.length) continue;
        this.#unread = this.#unread.slice(index + 1);
        return true;
      }
      if (!await this.#more()) return false;
    }
  }

  /** Reads frames up to a pong or the last; whether there was one. */
  async pong(): Promise<boolean> {
    while (true) {
      const first = await this.#byte();
      let length = (await this.#byte() ?? 0) & 0x7f;
      if (length > 125) {
        let bytes = length === 126 ? 2 : 8;
        for (length = 0; bytes > 0; bytes--) {
          length = length * 256 + (await this.#byte() ?? 0);
        }
      }
      if (first === undefined || !await this.#skip(length)) return false;
      if (first === PONG || first === CLOSE) return true;
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#close();
  }

  async #byte(): Promise<number | undefined> {
    if (this.#unread.length === 0 && !await this.#more()) return undefined;
    const [byte] = this.#unread;
    this.#unread = this.#unread.subarray(1);
    return byte;
  }

  async #skip(length: number): Promise<boolean> {
    for (let left = length; left > 0;) {
      if (this.#unread.length === 0 && !await this.#more()) return false;
      const skipped = Math.min(left, this.#unread.length);
      this.#unread = this.#unread.subarray(skipped);
      left -= skipped;
    }
    return true;
  }

  async #more(): Promise<boolean> {
    const size = await this.#socket.read(this.#chunk).catch(() => null);
    if (size === null) return false;
    this.#unread = this.#chunk.slice(0, size);
    return true;
  }

  #close(): void {
    try {
      this.#socket.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

/**
 * Measures what the last thing said costs the event loop that the server
 * shares with this function.
 *
 * @param port Where it listens.
 * @param talk The messages to send.
 * @returns Milliseconds.
 */
export async function costOf(
  port: number,
  { head, before = [], then }: Talk,
): Promise<number> {
  using line = await Line.to(port);
  if (then === undefined) {
    return await held(async () => {
      await line.write(head);
      await line.head();
    });
  }
  await line.write(head);
  await line.head();
  for (const text of before) {
    await line.write(textFrame(text));
    await line.write(pingFrame());
    await line.pong();
  }
  return await held(async () => {
    await line.write(then);
    await line.pong();
  });
}
