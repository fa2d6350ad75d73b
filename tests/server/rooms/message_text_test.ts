import { assertEquals, assertThrows } from "@std/assert";
import { HubbubError } from "../../../protocol/errors.ts";
import { checkText } from "../../../server/rooms/message_text.ts";

Deno.test("checkText() refuses a text that shows nothing", () => {
  for (
    const blank of [
      ...["", " ", "\n\t", "\u00A0", "\u3000", "\u2028"],
      ...["\u200B", "\u034F", "\u00AD", "\u2060", "\u200D\uFE0F", "\u3164"],
      ...["\u2800", "\u202E", "\uFEFF", "\u{E0041}", "\x1b\x07", "\uFFF9"],
    ]
  ) {
    const error = assertThrows(() => checkText(blank, 99), HubbubError);
    assertEquals(error.code, "empty");
  }
});

Deno.test("checkText() takes a text that shows something", () => {
  for (const text of ["a", "\u200Ba", "👩‍💻", "\u0600", "\u0301", "."]) {
    assertEquals(checkText(text, 99), text);
  }
  // What cannot be stored is shown as what it is.
  assertEquals(checkText("\0", 99), "\uFFFD");
});
