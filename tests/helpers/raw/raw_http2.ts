/** HTTP/2 frame by frame, as no library would send them (RFC 9113). */

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const TYPE = { headers: 1, settings: 4 };
const END_OF_HEADERS = 4;
const END_OF_STREAM = 1;
const INITIAL_WINDOW = 4;

const encoder = new TextEncoder();

function frame(
  type: number,
  { flags = 0, stream = 0, payload = [] }: {
    flags?: number;
    stream?: number;
    payload?: readonly number[];
  },
): number[] {
  const { length } = payload;
  return [
    ...[length >> 16, length >> 8 & 255, length & 255, type, flags],
    ...[stream >>> 24, stream >> 16 & 255, stream >> 8 & 255, stream & 255],
    ...payload,
  ];
}

/** A string without Huffman coding (RFC 7541, 5.2), of 126 bytes at most. */
function literal(text: string): number[] {
  const bytes = encoder.encode(text);
  return [bytes.length, ...bytes];
}

/** A connection that takes nothing of any body. */
export class UnreadHttp2 implements Disposable {
  readonly #socket: Deno.TcpConn;
  readonly #port: number;
  #next = 1;
  /** Streams by the first byte of their headers' block: 0x88 is status 200. */
  readonly heads = new Map<number, number>();

  private constructor(socket: Deno.TcpConn, port: number) {
    this.#socket = socket;
    this.#port = port;
  }

  /** Connects without TLS, by prior knowledge (RFC 9113, 3.3). */
  static async connect(port: number): Promise<UnreadHttp2> {
    const socket = await Deno.connect({ hostname: "127.0.0.1", port });
    const client = new UnreadHttp2(socket, port);
    const payload = [0, INITIAL_WINDOW, 0, 0, 0, 0];
    await client.#write([
      ...encoder.encode(PREFACE),
      ...frame(TYPE.settings, { payload }),
    ]);
    client.#read().catch(() => {});
    return client;
  }

  /** Sends requests at once; `heads` and `resets` tell what came of them. */
  async get(path: string, count: number): Promise<void> {
    const fields = [
      [":method", "GET"],
      [":scheme", "http"],
      [":path", path],
      [":authority", `127.0.0.1:${this.#port}`],
    ];
    const payload = fields.flatMap(([name = "", value = ""]) => [
      0,
      ...literal(name),
      ...literal(value),
    ]);
    const bytes: number[] = [];
    for (let i = 0; i < count; i++, this.#next += 2) {
      const flags = END_OF_HEADERS | END_OF_STREAM;
      bytes.push(
        ...frame(TYPE.headers, { flags, stream: this.#next, payload }),
      );
    }
    await this.#write(bytes);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  async #write(bytes: readonly number[]): Promise<void> {
    let left = new Uint8Array(bytes);
    while (left.length > 0) {
      left = left.subarray(await this.#socket.write(left));
    }
  }

  async #read(): Promise<void> {
    let bytes: number[] = [];
    for await (const chunk of this.#socket.readable) {
      bytes.push(...chunk);
      while (bytes.length >= 9) {
        const [a = 0, b = 0, c = 0, type, , d = 0, e = 0, f = 0, g = 0] = bytes;
        const end = 9 + (a << 16 | b << 8 | c);
        if (bytes.length < end) break;
        const stream = d << 24 | e << 16 | f << 8 | g;
        if (type === TYPE.headers) this.heads.set(stream, bytes[9] ?? 0);
        bytes = bytes.slice(end);
      }
    }
  }
}
