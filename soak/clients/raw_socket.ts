/**
 * A minimal WebSocket client over a TCP socket (RFC 6455), that can do what no
 * proper one does: cut a frame in half, reset the connection, stop reading.
 * Owns the handshake and the frames; what the frames say is for others.
 */

import { connect, type Socket } from "node:net";
import { Buffer } from "node:buffer";
import { FrameParser, OPCODE, writeFrame } from "./frames.ts";

/** Receives the events of a raw socket. */
export interface RawSocketHandler {
  opened(): void;
  text(frame: string): void;
  /** Closed; called once. `code` is the server's close code, or 0 without one. */
  closed(code: number): void;
}

/** Any 16 bytes serve as the key (RFC 6455, 4.1). */
const KEY = "aHViYnViIHNvYWsgdGVzdA==";

/** One connection. */
export class RawSocket {
  readonly #tcp: Socket;
  readonly #handler: RawSocketHandler;
  readonly #parser: FrameParser;
  #handshake: Buffer | null = Buffer.alloc(0);
  #open = false;
  #closed = false;
  #stalled = false;
  #code = 0;

  /**
   * Connects.
   *
   * @param url Such as `ws://127.0.0.1:8000/ws`.
   * @param protocol The subprotocol to offer, if any.
   * @param handler Receives events, never before this returns.
   */
  constructor(
    url: URL,
    protocol: string | undefined,
    handler: RawSocketHandler,
  ) {
    this.#handler = handler;
    this.#parser = new FrameParser((opcode, payload) =>
      this.#heard(opcode, payload)
    );
    const tcp = connect({ host: url.hostname, port: Number(url.port) });
    this.#tcp = tcp;
    tcp.setNoDelay(true);
    tcp.on("connect", () =>
      tcp.write([
        `GET ${url.pathname}${url.search} HTTP/1.1`,
        `Host: ${url.host}`,
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Key: ${KEY}`,
        "Sec-WebSocket-Version: 13",
        ...(protocol === undefined
          ? []
          : [`Sec-WebSocket-Protocol: ${protocol}`]),
        "\r\n",
      ].join("\r\n")));
    tcp.on("data", (data: Buffer) => this.#received(data));
    // The `close` event follows and is enough.
    tcp.on("error", () => {});
    tcp.on("close", () => this.#ended());
  }

  /** Whether frames can be sent. */
  get open(): boolean {
    return this.#open && !this.#closed;
  }

  get stalled(): boolean {
    return this.#stalled;
  }

  send(text: string): void {
    if (this.open) this.#tcp.write(writeFrame(OPCODE.text, Buffer.from(text)));
  }

  /** Sends a close frame; `closed` follows when the server has answered. */
  close(code: number): void {
    if (!this.open) return this.drop();
    this.resume();
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    this.#tcp.write(writeFrame(OPCODE.close, payload));
    this.#tcp.end();
  }

  /** Closes the TCP connection without a close frame. */
  drop(): void {
    this.#tcp.destroy();
  }

  /** Sends the first half of a frame and closes the TCP connection. */
  cut(text: string): void {
    const frame = writeFrame(OPCODE.text, Buffer.from(text));
    const half = frame.subarray(0, frame.length >> 1);
    this.#tcp.write(half, () => this.#tcp.destroy());
  }

  /** Hangs up with a TCP reset: what is under way in either direction is lost. */
  reset(): void {
    this.#tcp.resetAndDestroy();
  }

  /** Stops reading. The server can tell only by what stays unsent. */
  stall(): void {
    this.#stalled = true;
    this.#tcp.pause();
  }

  /** Goes on reading. */
  resume(): void {
    if (!this.#stalled) return;
    this.#stalled = false;
    this.#tcp.resume();
  }

  #received(data: Buffer): void {
    if (this.#handshake === null) return this.#parser.push(data);
    const answer = Buffer.concat([this.#handshake, data]);
    const end = answer.indexOf("\r\n\r\n");
    if (end < 0) {
      this.#handshake = answer;
      return;
    }
    this.#handshake = null;
    if (!answer.toString("latin1", 0, end).startsWith("HTTP/1.1 101 ")) {
      return this.drop();
    }
    this.#open = true;
    this.#handler.opened();
    this.#parser.push(answer.subarray(end + 4));
  }

  #heard(opcode: number, payload: Buffer): void {
    if (this.#closed) return;
    switch (opcode) {
      case OPCODE.text:
        return this.#handler.text(payload.toString("utf8"));
      case OPCODE.ping:
        this.#tcp.write(writeFrame(OPCODE.pong, payload));
        return;
      case OPCODE.close:
        this.#code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
        this.#tcp.end(writeFrame(OPCODE.close, payload));
    }
  }

  #ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handler.closed(this.#code);
  }
}
