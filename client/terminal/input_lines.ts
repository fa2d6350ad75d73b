/** Splits bytes into lines. */

/**
 * The UTF-16 units kept of a line, beside one read of the input. Bounds the
 * memory for input without line ends, such as a disk image. A server rejects
 * lines of this length.
 */
const LONGEST = 2 * 65_536;

/**
 * Splits a stream into lines, without their line ends. Truncates lines that are
 * too long for any server.
 *
 * @param bytes UTF-8; invalid bytes become U+FFFD.
 */
export async function* linesOf(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let line = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const [first = "", ...more] = text.split("\n");
    if (line.length <= LONGEST) line += first;
    for (const next of more) {
      yield line.replace(/\r$/, "");
      line = next;
    }
  }
  if (line !== "") yield line;
}
