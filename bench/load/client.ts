/**
 * One raw WebSocket of the generator: the handshake, frames out, and chunks of
 * bytes in. It owns no counting: who made it says what a chunk means. Runs on
 * Bun, whose sockets cost least a read.
 */

interface TcpSocket {
  write(bytes: Uint8Array): number;
  pause(): void;
  terminate(): void;
}

declare const Bun: {
  connect<T>(options: {
    hostname: string;
    port: number;
    data: T;
    socket: {
      binaryType: "uint8array";
      open(socket: TcpSocket & { data: T }): void;
      data(socket: TcpSocket & { data: T }, chunk: Uint8Array): void;
      drain(socket: TcpSocket & { data: T }): void;
      close(socket: TcpSocket & { data: T }): void;
      error(socket: TcpSocket & { data: T }, error: Error): void;
      connectError(socket: TcpSocket & { data: T }, error: Error): void;
    };
  }): Promise<unknown>;
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const TEXT_FRAME = 0x81;
const PONG_FRAME = 0x8a;

/** The longest header of a frame here. */
export const MOST_HEADER = 8;

/**
 * The header of a client's frame. It is masked, with a key of zeros, so that
 * the payload can be written over in place.
 *
 * @param length Bytes of the payload, less than 64 KiB.
 * @param first Its first byte.
 */
export function headerOf(length: number, first = TEXT_FRAME): number[] {
  return length < 126
    ? [first, 0x80 | length, 0, 0, 0, 0]
    : [first, 0x80 | 126, length >> 8, length & 255, 0, 0, 0, 0];
}

/** A frame of a client, as {@linkcode headerOf} has it. */
export function frameOf(payload: string, first = TEXT_FRAME): Uint8Array {
  const bytes = encoder.encode(payload);
  const header = headerOf(bytes.length, first);
  const frame = new Uint8Array(header.length + bytes.length);
  frame.set(header);
  frame.set(bytes, header.length);
  return frame;
}

/** Where to connect. */
export interface Address {
  readonly port: number;
  readonly path: string;
  readonly protocol?: string | undefined;
}

/** A client's connection. */
export class Client {
  /** Called with every chunk of frames; replaced as the load goes on. */
  onChunk: (chunk: Uint8Array) => void = () => {};
  onClose: () => void = () => {};
  /** Resolves when the handshake is done. */
  readonly opened: Promise<void>;
  #socket: TcpSocket | null = null;
  #opening: { done: () => void; failed: (error: Error) => void } | null;
  #response = "";
  /** Bytes that the socket has not taken yet. */
  #unsent: Uint8Array[] = [];

  constructor({ port, path, protocol }: Address) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.opened = promise;
    this.#opening = { done: resolve, failed: reject };
    const request = [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${btoa(String.fromCharCode(...randomBytes()))}`,
      ...(protocol === undefined
        ? []
        : [`Sec-WebSocket-Protocol: ${protocol}`]),
      "",
      "",
    ].join("\r\n");
    Bun.connect({
      hostname: "127.0.0.1",
      port,
      data: this,
      socket: HANDLERS,
    }).catch((error) => this.failed(error));
    this.#unsent.push(encoder.encode(request));
  }

  /** Sends bytes that are frames already. They must not change afterwards
   * unless this returned true: then the socket has taken them. */
  send(bytes: Uint8Array): boolean {
    if (this.#socket === null || this.#unsent.length > 0) {
      this.#unsent.push(bytes);
      return false;
    }
    const taken = this.#socket.write(bytes);
    if (taken === bytes.length) return true;
    this.#unsent.push(bytes.subarray(Math.max(taken, 0)));
    return false;
  }

  pong(): void {
    this.send(frameOf("", PONG_FRAME));
  }

  /** Reads no more, for ever. */
  stall(): void {
    this.#socket?.pause();
  }

  close(): void {
    this.onClose = () => {};
    this.#socket?.terminate();
  }

  // Socket callbacks.

  connected(socket: TcpSocket): void {
    this.#socket = socket;
    this.drain();
  }

  drain(): void {
    const unsent = this.#unsent;
    this.#unsent = [];
    for (const bytes of unsent) this.send(bytes);
  }

  data(chunk: Uint8Array): void {
    if (this.#opening === null) return this.onChunk(chunk);
    // The head is ASCII; what follows it are frames.
    this.#response += String.fromCharCode(...chunk);
    const end = this.#response.indexOf("\r\n\r\n");
    if (end < 0) return;
    const status = this.#response.slice(0, this.#response.indexOf("\r\n"));
    if (!status.includes(" 101 ")) {
      return this.failed(new Error(`No upgrade: ${status}`));
    }
    const rest = Uint8Array.from(
      this.#response.slice(end + 4),
      (byte) => byte.charCodeAt(0),
    );
    this.#response = "";
    this.#opening.done();
    this.#opening = null;
    if (rest.length > 0) this.onChunk(rest);
  }

  failed(error: Error): void {
    this.#opening?.failed(error);
    this.#opening = null;
  }

  gone(): void {
    this.failed(new Error("Closed before the handshake was done"));
    this.onClose();
  }
}

const HANDLERS = {
  binaryType: "uint8array" as const,
  open(socket: TcpSocket & { data: Client }) {
    socket.data.connected(socket);
  },
  data(socket: { data: Client }, chunk: Uint8Array) {
    socket.data.data(chunk);
  },
  drain(socket: { data: Client }) {
    socket.data.drain();
  },
  close(socket: { data: Client }) {
    socket.data.gone();
  },
  error(socket: { data: Client }, error: Error) {
    socket.data.failed(error);
  },
  connectError(socket: { data: Client }, error: Error) {
    socket.data.failed(error);
  },
};

function randomBytes(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(16));
}

/** Reads whole frames as text, for the few before the load starts. */
export class FrameReader {
  #bytes = new Uint8Array(0);

  /** Calls `read` with the text of each frame that is complete now. */
  feed(chunk: Uint8Array, read: (frame: string) => void): void {
    const bytes = new Uint8Array(this.#bytes.length + chunk.length);
    bytes.set(this.#bytes);
    bytes.set(chunk, this.#bytes.length);
    const view = new DataView(bytes.buffer);
    let at = 0;
    while (bytes.length - at >= 2) {
      const short = view.getUint8(at + 1);
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (bytes.length - at < header) break;
      const length = short < 126
        ? short
        : short === 126
        ? view.getUint16(at + 2)
        : Number(view.getBigUint64(at + 2));
      if (bytes.length - at < header + length) break;
      read(decoder.decode(bytes.subarray(at + header, at + header + length)));
      at += header + length;
    }
    this.#bytes = bytes.slice(at);
  }

  /** Received part of an incomplete frame. */
  get rest(): Uint8Array {
    return this.#bytes;
  }
}
