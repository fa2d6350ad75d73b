/**
 * What the load is made of and how it is counted. A text is 100 bytes: a time,
 * then a run of one filler character that occurs nowhere else. Of payload
 * bytes counted through, exactly one in every run is at a multiple of the
 * run's length. So looking at one byte in 84 counts messages exactly,
 * whatever the wire wraps around them and however chunks are cut.
 *
 * Pure: no socket, no clock.
 */

import { Buffer } from "node:buffer";

/** Bytes of a text. */
export const TEXT_BYTES = 100;

/** What stands before the time. */
const PREFIX = "time=";
/** Microseconds of the generator's clock, in as many digits: 2.7 hours. */
const DIGITS = 10;
/** Bytes of the run: the rest of the text. */
const RUN = TEXT_BYTES - PREFIX.length - DIGITS - 1;
/** Characters that no wire format uses and no JSON escapes: one a publisher,
 * by which it knows its own messages. */
const FILLERS = "!#$%&*+;^~";

const encoder = new TextEncoder();

/** Most distinguishable publishers per room. */
export const MOST_PUBLISHERS = FILLERS.length;

/**
 * The text of one publisher's messages.
 *
 * @param publisher Its number in its room.
 * @returns A text that says it is from the beginning of time.
 */
export function textOf(publisher: number): string {
  const filler = FILLERS[publisher % FILLERS.length] as string;
  return `${PREFIX}${"0".repeat(DIGITS)}=${filler.repeat(RUN)}`;
}

/** Where in some bytes a text's time is to be written. */
export function timeOffset(bytes: Uint8Array): number {
  return Buffer.from(bytes).indexOf(PREFIX) + PREFIX.length;
}

/** Writes a number, right-aligned, over digits that are there already. */
export function writeNumber(
  bytes: Uint8Array,
  { at, digits, value }: { at: number; digits: number; value: number },
): void {
  let rest = value;
  for (let i = at + digits - 1; i >= at; i--) {
    const tens = Math.floor(rest / 10);
    bytes[i] = 48 + rest - tens * 10;
    rest = tens;
  }
}

/** Writes the time a message is sent, microseconds. */
export function writeTime(bytes: Uint8Array, at: number, micros: number): void {
  writeNumber(bytes, { at, digits: DIGITS, value: Math.floor(micros) });
}

/** Whether a byte is a filler, and whose: its number plus 1; else 0. */
const OWNERS = new Uint8Array(256);
for (const [index, byte] of encoder.encode(FILLERS).entries()) {
  OWNERS[byte] = index + 1;
}

const PING = 0x9;
const CLOSE = 0x8;

/** Counts the frames and messages of one connection's byte stream. */
export class Tally {
  frames = 0;
  messages = 0;
  /** Of the messages, those of the connection's own publisher. */
  own = 0;
  pings = 0;
  closed = false;
  readonly #owner: number;
  /** Payload bytes of the current frame not yet received. */
  #left = 0;
  /** Payload bytes until the next one that is looked at. */
  #untilSample = 0;
  /** The first bytes of a header that a chunk's end has cut. */
  readonly #header = new Uint8Array(10);
  #headerLength = 0;

  /** @param publisher Number in its room; undefined for readers. */
  constructor(publisher?: number) {
    this.#owner = publisher === undefined ? -1 : publisher % FILLERS.length + 1;
  }

  /** Takes in the next bytes of unmasked frames (RFC 6455, 5.2). */
  feed(chunk: Uint8Array): void {
    const length = chunk.length;
    const owner = this.#owner;
    let { messages, own } = this;
    let left = this.#left;
    let untilSample = this.#untilSample;
    let i = 0;
    while (i < length) {
      if (left === 0) {
        let second: number;
        let first: number;
        if (this.#headerLength === 0 && length - i >= 4) {
          first = chunk[i] as number;
          second = chunk[i + 1] as number;
          if (second < 126) {
            left = second;
            i += 2;
          } else if (second === 126) {
            left = ((chunk[i + 2] as number) << 8) | (chunk[i + 3] as number);
            i += 4;
          } else {
            this.#header[this.#headerLength++] = chunk[i++] as number;
            continue;
          }
        } else {
          const header = this.#header;
          header[this.#headerLength++] = chunk[i++] as number;
          if (this.#headerLength < 2) continue;
          first = header[0] as number;
          second = header[1] as number;
          const size = second < 126 ? 2 : second === 126 ? 4 : 10;
          if (this.#headerLength < size) continue;
          this.#headerLength = 0;
          left = second;
          if (size > 2) left = 0;
          for (let k = 2; k < size; k++) left = left * 256 + header[k]!;
        }
        this.frames++;
        const opcode = first & 0xf;
        if (opcode >= CLOSE) {
          if (opcode === PING) this.pings++;
          if (opcode === CLOSE) this.closed = true;
        }
        continue;
      }
      const taken = Math.min(left, length - i);
      const end = i + taken;
      let sample = i + untilSample;
      for (; sample < end; sample += RUN) {
        const found = OWNERS[chunk[sample] as number] as number;
        if (found !== 0) {
          messages++;
          if (found === owner) own++;
        }
      }
      untilSample = sample - end;
      left -= taken;
      i = end;
    }
    this.messages = messages;
    this.own = own;
    this.#left = left;
    this.#untilSample = untilSample;
  }
}

/** Finds every occurrence of some words in a byte stream, cut anyhow. */
export class Finder {
  readonly #words: Buffer;
  readonly #more: number;
  #carry = new Uint8Array(0);

  /**
   * @param words What to find.
   * @param more Bytes behind it that are wanted too.
   */
  constructor(words: string, more = 0) {
    this.#words = Buffer.from(words);
    this.#more = more;
  }

  /**
   * @param chunk The next bytes.
   * @param found Receives the offset after each occurrence.
   * @returns How many occurrences are complete now.
   */
  feed(
    chunk: Uint8Array,
    found?: (bytes: Uint8Array, at: number) => void,
  ): number {
    const words = this.#words;
    const bytes = this.#carry.length > 0
      ? Buffer.concat([this.#carry, chunk])
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let count = 0;
    let from = 0;
    while (true) {
      const at = bytes.indexOf(words, from);
      if (at < 0) {
        from = Math.max(from, bytes.length - words.length + 1);
        break;
      }
      const behind = at + words.length;
      if (behind + this.#more > bytes.length) {
        from = at;
        break;
      }
      found?.(bytes, behind);
      count++;
      from = behind + this.#more;
    }
    // Copy the bytes, because the caller may reuse the chunk's memory.
    this.#carry = Uint8Array.from(bytes.subarray(from));
    return count;
  }
}

/** Finds the times of messages in a byte stream. */
export class TimeReader {
  readonly #finder = new Finder(PREFIX, DIGITS);

  /** Calls `read` with the time of every message, microseconds. */
  feed(chunk: Uint8Array, read: (micros: number) => void): void {
    this.#finder.feed(chunk, (bytes, at) => {
      let value = 0;
      for (let i = at; i < at + DIGITS; i++) {
        value = value * 10 + (bytes[i] as number) - 48;
      }
      read(value);
    });
  }
}
