/** Bytes for people: their number in words, as hex, and back from hex. */

import { words } from "../../words/lab_catalogue.ts";
import { decimal } from "../../words/page_language.ts";

/** What is written for bytes that are no hex. */
export class HexError extends Error {}

/**
 * Reads bytes as people write them: `48 69`, `0x48, 0x69`, `4869`.
 *
 * @throws {HexError} With what is wrong, and where.
 */
export function parseHex(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replaceAll(/0x|[\s,:;-]/gi, "");
  const wrong = /[^\da-f]/i.exec(digits)?.[0];
  if (wrong !== undefined) {
    throw new HexError(words.notHex(wrong));
  }
  if (digits.length % 2 === 1) {
    throw new HexError(words.oddHex);
  }
  return Uint8Array.from(
    digits.match(/../g) ?? [],
    (pair) => parseInt(pair, 16),
  );
}

/** Bytes as hex, in pairs. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join(" ");
}

/** How many bytes of a message are dumped: a page is no hex editor. */
const MOST = 4096;

/** Bytes as a hex editor shows them: where, hex, and what is ASCII. */
export function hexDump(bytes: Uint8Array, perLine = 8): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, MOST); at += perLine) {
    const part = bytes.subarray(at, at + perLine);
    const ascii = Array.from(
      part,
      (byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·",
    ).join("");
    const hex = toHex(part).padEnd(perLine * 3 - 1);
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex}  ${ascii}`);
  }
  if (bytes.length > MOST) {
    lines.push(words.moreBytes(sizeWords(bytes.length - MOST)));
  }
  return lines.join("\n");
}

const encoder = new TextEncoder();

/** How long a message is on the wire. */
export function sizeOf(data: string | Uint8Array): number {
  return typeof data === "string"
    ? encoder.encode(data).length
    : data.byteLength;
}

/** A number of bytes, such as `1.5 KiB`. */
export function sizeWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kib = bytes / 1024;
  if (kib < 1024) return `${decimal(kib, kib < 10 ? 1 : 0)} KiB`;
  return `${decimal(kib / 1024, 1)} MiB`;
}

/** A duration, such as `0.8 ms`, `12 ms` or `3 s`. */
export function durationWords(ms: number): string {
  if (ms < 9.95) return `${decimal(ms, 1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 9.95) return `${decimal(seconds, 1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.round(seconds / 60)} min`;
}
