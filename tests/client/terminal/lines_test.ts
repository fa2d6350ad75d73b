import { assertEquals } from "@std/assert";
import { linesOf } from "../../../client/terminal/lines.ts";

function lines(...chunks: Uint8Array<ArrayBuffer>[]): Promise<string[]> {
  return Array.fromAsync(linesOf(ReadableStream.from(chunks)));
}

const utf8 = (text: string) => new TextEncoder().encode(text);

Deno.test("linesOf() splits at line ends of both kinds", async () => {
  assertEquals(await lines(utf8("a\nb\r\n\nc\n")), ["a", "b", "", "c"]);
});

Deno.test("linesOf() gives a last line without an end", async () => {
  assertEquals(await lines(utf8("a\nb")), ["a", "b"]);
  assertEquals(await lines(), []);
});

Deno.test("linesOf() does not mind where the chunks are cut", async () => {
  const bytes = utf8("één\nзвезда\n👩‍💻");
  const single = [...bytes].map((byte) => new Uint8Array([byte]));
  assertEquals(await lines(...single), ["één", "звезда", "👩‍💻"]);
});
