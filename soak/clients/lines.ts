/** Reading a stream of bytes line by line. */

/**
 * Splits a stream into lines.
 *
 * @param stream UTF-8.
 * @returns Each line that has an end, without it.
 */
export async function* lines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
