/** WebSocket frames as a client writes and reads them (RFC 6455, 5.2). Pure. */

import { Buffer } from "node:buffer";

/** The opcodes that occur here. */
export const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const;

const FIN = 0x80;
const MASKED = 0x80;

/**
 * Writes a client's frame. The mask is all zeros: it protects proxies from what
 * pages make browsers send, and there is neither here.
 *
 * @param opcode One of {@linkcode OPCODE}.
 * @param payload The bytes.
 */
export function writeFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + extra + 4);
  head[0] = FIN | opcode;
  if (extra === 0) head[1] = MASKED | length;
  else if (extra === 2) {
    head[1] = MASKED | 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = MASKED | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

/** Reads a server's frames, however they are cut into chunks. The server sends
 * no fragmented messages. */
export class FrameParser {
  readonly #heard: (opcode: number, payload: Buffer) => void;
  #chunks: Buffer[] = [];
  #length = 0;
  /** Bytes without which it makes no sense to look again. */
  #needed = 2;

  /** @param heard Called for each whole frame. */
  constructor(heard: (opcode: number, payload: Buffer) => void) {
    this.#heard = heard;
  }

  /** Takes the next bytes. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#needed) return;
    let bytes = Buffer.concat(this.#chunks, this.#length);
    for (;;) {
      const { whole, start, end } = measure(bytes);
      this.#needed = end;
      if (!whole) break;
      const opcode = (bytes[0] ?? 0) & 0x0f;
      const payload = bytes.subarray(start, end);
      bytes = bytes.subarray(end);
      this.#heard(opcode, payload);
    }
    this.#chunks = [bytes];
    this.#length = bytes.length;
  }
}

/** Where the first frame's payload starts and ends; or, when it is not whole,
 * how many bytes are needed to know more. */
function measure(
  bytes: Buffer,
): { whole: boolean; start: number; end: number } {
  if (bytes.length < 2) return { whole: false, start: 0, end: 2 };
  const short = (bytes[1] ?? 0) & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < start) return { whole: false, start, end: start };
  const length = short < 126
    ? short
    : short === 126
    ? bytes.readUInt16BE(2)
    : Number(bytes.readBigUInt64BE(2));
  const end = start + length;
  return { whole: bytes.length >= end, start, end };
}
