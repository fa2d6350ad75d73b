/** Bytes to lines. */

/**
 * Most UTF-16 units that are kept of a line, beside one read of the input: more
 * than any server takes, which refuses it. What has no line ends, such as a
 * disk's image, must not fill the memory.
 */
const LONGEST = 2 * 65_536;

/**
 * Splits a stream into lines, without their ends; the last one needs none. Of a
 * line that is too long for any server only the beginning is given.
 *
 * @param bytes UTF-8; what is not becomes U+FFFD.
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
