import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { jsonBytes } from "../../../server/runtime/json_size.ts";

Deno.test("jsonBytes counts every character as JSON writes it", () => {
  for (let unit = 0; unit < 0x10000; unit++) {
    if (unit >= 0xd800 && unit < 0xe000) continue;
    const text = String.fromCharCode(unit);
    assertEquals(
      jsonBytes(text),
      Buffer.byteLength(JSON.stringify(text)) - 2,
      `U+${unit.toString(16)}`,
    );
  }
  assertEquals(jsonBytes("a😀\u0001"), 1 + 4 + 6);
});
