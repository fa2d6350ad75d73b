/**
 * A client without a library: a handshake written by hand, and every frame as
 * RFC 6455 allows, or does not allow, to make it.
 */

/** Frame types (RFC 6455, 5.2). */
export const OPCODE = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** How a frame is made; right, unless told otherwise. */
export interface FrameOptions {
  readonly opcode?: number;
  readonly fin?: boolean;
  readonly masked?: boolean;
  /** The three reserved bits. */
  readonly rsv?: number;
}

/** A frame that came. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The headers of a right handshake; undefined takes one away. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** One TCP connection. */
export class RawClient implements Disposable {
  readonly #socket: Deno.TcpConn;
  #unread: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  /** Connects, and no more. */
  static async connect(port: number): Promise<RawClient> {
    return new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Connects, shakes hands, and fails if that is refused. */
  static async open(
    port: number,
    { path, headers = {} }: { path: string; headers?: Headers },
  ): Promise<RawClient> {
    const client = await RawClient.connect(port);
    const answer = await client.handshake(path, headers);
    if (!answer.startsWith("HTTP/1.1 101 ")) throw new Error(answer);
    return client;
  }

  /** Asks for a WebSocket; gives the answer's head. */
  async handshake(
    path: string,
    headers: Headers = {},
    method = "GET",
  ): Promise<string> {
    const all: Headers = {
      "Host": "127.0.0.1",
      "Upgrade": "websocket",
      "Connection": "Upgrade",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version": "13",
      ...headers,
    };
    const lines = Object.entries(all).filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}: ${value}`);
    await this.write(
      `${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`,
    );
    return await this.#head();
  }

  /** Writes bytes as they are. */
  async write(bytes: string | Uint8Array): Promise<void> {
    const all = typeof bytes === "string" ? encoder.encode(bytes) : bytes;
    for (let done = 0; done < all.length;) {
      done += await this.#socket.write(all.subarray(done));
    }
  }

  /** Sends one frame. */
  async frame(
    payload: string | Uint8Array,
    options: FrameOptions = {},
  ): Promise<void> {
    await this.write(makeFrame(payload, options));
  }

  /** The next byte; undefined when the connection has ended. */
  async byte(): Promise<number | undefined> {
    return (await this.#take(1))?.[0];
  }

  /** The next frame; undefined when the connection has ended. */
  async read(): Promise<Frame | undefined> {
    const head = await this.#take(2);
    if (head === undefined) return undefined;
    const [first = 0, second = 0] = head;
    let length = second & 0x7f;
    if (length >= 126) {
      const more = await this.#take(length === 126 ? 2 : 8);
      if (more === undefined) return undefined;
      length = more.reduce((sum, byte) => sum * 256 + byte, 0);
    }
    const payload = await this.#take(length);
    return payload && { opcode: first & 0xf, payload };
  }

  /** The next text. */
  async text(): Promise<string> {
    while (true) {
      const frame = await this.read();
      if (frame === undefined) throw new Error("The connection ended");
      if (frame.opcode === OPCODE.close) {
        throw new Error(`Closed with ${closeCode(frame)}`);
      }
      if (frame.opcode === OPCODE.text) return decoder.decode(frame.payload);
    }
  }

  /** Reads to the end: the code of the close frame, or undefined without one. */
  async ended(): Promise<number | undefined> {
    while (true) {
      const frame = await this.read();
      if (frame === undefined) return undefined;
      if (frame.opcode === OPCODE.close) return closeCode(frame);
    }
  }

  /** What comes until the connection ends, as text. */
  async rest(): Promise<string> {
    while (await this.#fill(this.#unread.length + 1)) { /* goes on */ }
    return decoder.decode(this.#unread);
  }

  /** Cuts the connection without a word. */
  [Symbol.dispose](): void {
    try {
      this.#socket.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #head(): Promise<string> {
    let head = "";
    while (!head.endsWith("\r\n\r\n")) {
      const byte = await this.#take(1);
      if (byte === undefined) return head;
      head += decoder.decode(byte);
    }
    return head;
  }

  async #take(count: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!await this.#fill(count)) return undefined;
    const taken = this.#unread.slice(0, count);
    this.#unread = this.#unread.slice(count);
    return taken;
  }

  /** Reads until that many bytes are there; false when they never will be. */
  async #fill(count: number): Promise<boolean> {
    while (this.#unread.length < count) {
      const chunk = new Uint8Array(64 * 1024);
      const size = await this.#socket.read(chunk).catch(() => null);
      if (size === null) return false;
      const joined = new Uint8Array(this.#unread.length + size);
      joined.set(this.#unread);
      joined.set(chunk.subarray(0, size), this.#unread.length);
      this.#unread = joined;
    }
    return true;
  }
}

/** Makes a frame (RFC 6455, 5.2). */
export function makeFrame(
  payload: string | Uint8Array,
  { opcode = OPCODE.text, fin = true, masked = true, rsv = 0 }: FrameOptions,
): Uint8Array {
  const bytes = typeof payload === "string" ? encoder.encode(payload) : payload;
  const { length } = bytes;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const head = new Uint8Array(2 + extended + (masked ? 4 : 0));
  head[0] = (fin ? 0x80 : 0) | rsv << 4 | opcode;
  head[1] = (masked ? 0x80 : 0) |
    (extended === 0 ? length : extended === 2 ? 126 : 127);
  const view = new DataView(head.buffer);
  if (extended === 2) view.setUint16(2, length);
  if (extended === 8) view.setBigUint64(2, BigInt(length));
  const body = bytes.slice();
  if (masked) {
    const mask = [0x12, 0x34, 0x56, 0x78];
    head.set(mask, 2 + extended);
    for (let i = 0; i < body.length; i++) body[i]! ^= mask[i % 4]!;
  }
  const frame = new Uint8Array(head.length + length);
  frame.set(head);
  frame.set(body, head.length);
  return frame;
}

function closeCode({ payload }: Frame): number | undefined {
  return payload.length < 2 ? undefined : payload[0]! * 256 + payload[1]!;
}
