import { assertEquals, assertThrows } from "@std/assert";
import {
  checkName,
  checkOldName,
  checkRoom,
  nameKey,
} from "../../protocol/names.ts";
import { HubbubError } from "../../protocol/errors.ts";

Deno.test("nameKey() ignores case, width and what cannot be seen", () => {
  assertEquals(nameKey("ADA"), nameKey("ada"));
  assertEquals(nameKey("Ａｄａ"), nameKey("ada"));
  assertEquals(nameKey("A\u200Dda"), nameKey("ada"));
  assertEquals(nameKey("Straße"), nameKey("STRASSE"));
});

Deno.test("checkName() trims and keeps what people write", () => {
  assertEquals(checkName("  Ada   Lovelace "), "Ada Lovelace");
  assertEquals(checkName("李小龍"), "李小龍");
  assertEquals(checkName("👩‍💻"), "👩‍💻");
});

for (
  const bad of [
    "",
    "   ",
    "\u200D",
    "a".repeat(33),
    "Server",
    "ＳＥＲＶＥＲ",
    "/help",
    " ／quit",
    "a\nb",
    "a\u0007",
    "a\u202Eb",
    "\ud800",
  ]
) {
  Deno.test(`checkName() refuses ${JSON.stringify(bad)}`, () => {
    const error = assertThrows(() => checkName(bad), HubbubError);
    assertEquals(error.code, "bad_name");
  });
}

Deno.test("checkOldName() takes what names could be before, and no more", () => {
  assertEquals(checkOldName("/help"), "/help");
  assertThrows(() => checkOldName("Server"), HubbubError);
});

Deno.test("checkRoom() gives every spelling of a room one name", () => {
  assertEquals(checkRoom("Lobby"), "lobby");
  assertEquals(checkRoom("ｌｏｂｂｙ"), "lobby");
  assertEquals(checkRoom("команда-1"), "команда-1");
});

for (const bad of ["", ".x", "a b", "a/b", "a".repeat(65), "a\u0000"]) {
  Deno.test(`checkRoom() refuses ${JSON.stringify(bad)}`, () => {
    const error = assertThrows(() => checkRoom(bad), HubbubError);
    assertEquals(error.code, "bad_room");
  });
}
