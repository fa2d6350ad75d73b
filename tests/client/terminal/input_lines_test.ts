import { assert, assertEquals } from "@std/assert";
import { linesOf } from "../../../client/terminal/input_lines.ts";

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

Deno.test("linesOf() keeps of an endless line no more than a server may take", async () => {
  const part = utf8("x".repeat(50_000));
  const endless = Array.from({ length: 1000 }, () => part);
  const [first, ...more] = await lines(utf8("a\n"), ...endless, utf8("\nb"));
  assertEquals([first, more.length, more[1]], ["a", 2, "b"]);
  const kept = more[0]?.length ?? 0;
  assert(kept > 2 * 65_536 && kept < 4 * 65_536, String(kept));
});
