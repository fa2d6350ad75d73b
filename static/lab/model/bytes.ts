/** Bytes for people: their number in words, as hex, and back from hex. */

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
    throw new HexError(`"${wrong}" is no hex digit. Write 0 to 9 and a to f`);
  }
  if (digits.length % 2 === 1) {
    throw new HexError("A byte is two hex digits, and one has none beside it");
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
    lines.push(`… and ${sizeWords(bytes.length - MOST)} more`);
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
  if (kib < 1024) return `${kib.toFixed(kib < 10 ? 1 : 0)} KiB`;
  return `${(kib / 1024).toFixed(1)} MiB`;
}

/** A duration, such as `0.8 ms`, `12 ms` or `3 s`. */
export function durationWords(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.round(seconds / 60)} min`;
}
