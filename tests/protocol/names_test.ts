import { assertEquals, assertThrows } from "@std/assert";
import {
  checkName,
  checkOldName,
  checkRoom,
  nameKey,
} from "../../protocol/names.ts";
import { HubbubError } from "../../protocol/errors.ts";

Deno.test("nameKey() ignores case, width and invisible characters", () => {
  assertEquals(nameKey("ADA"), nameKey("ada"));
  assertEquals(nameKey("Ａｄａ"), nameKey("ada"));
  assertEquals(nameKey("A\u200Dda"), nameKey("ada"));
  assertEquals(nameKey("Straße"), nameKey("STRASSE"));
});

Deno.test("checkName() trims names and keeps their spelling", () => {
  assertEquals(checkName("  Ada   Lovelace "), "Ada Lovelace");
  assertEquals(checkName("李小龍"), "李小龍");
  assertEquals(checkName("👩‍💻"), "👩‍💻");
  for (
    const name of [
      ...["DJ Вася", "Сара", "Jean-Luc", "O'Brien", "[bot] Ada", "❤️ Ada"],
      // Several marks a letter, and a joiner inside a word.
      ...["Nguyễn", "שָׁלוֹם", "الْعَرَبِيَّةُ", "ကျွန်ုပ်", "བསྒྲུབས", "नमस्ते", "می‌خواهم"],
    ]
  ) assertEquals(checkName(name), name.normalize("NFC"));
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
    // What cannot be seen makes no other name.
    ...["Ada\u034F", "Server\u034F", "Ada\u17B4", "Ada\u180B", "Ada\u3164"],
    ...["Ada\u00AD", "Ada\u200B", "Ada\u2060", "Ada\u2800", "\u{1D159}"],
    // Marks that draw over what stands beside them.
    ...["\u0301Ada", `a${"\u0301".repeat(6)}`, "\u20DD"],
    // Two alphabets in one word.
    ...["\u0410da", "Serv\u0435r", "\u03BFtto", "\u0391da"],
  ]
) {
  Deno.test(`checkName() refuses ${JSON.stringify(bad)}`, () => {
    const error = assertThrows(() => checkName(bad), HubbubError);
    assertEquals(error.code, "bad_name");
  });
}

Deno.test("checkOldName() accepts names that earlier versions allowed, and no others", () => {
  assertEquals(checkOldName("/help"), "/help");
  assertThrows(() => checkOldName("Server"), HubbubError);
});

Deno.test("checkRoom() gives every spelling of a room one name", () => {
  assertEquals(checkRoom("Lobby"), "lobby");
  assertEquals(checkRoom("ｌｏｂｂｙ"), "lobby");
  assertEquals(checkRoom("команда-1"), "команда-1");
  for (const unseen of ["\u034F", "\u200B", "\uFE0F", "\u00AD", "\u2800"]) {
    assertEquals(checkRoom(`lob${unseen}by${unseen}`), "lobby");
  }
});

for (
  const bad of [
    ...["", ".x", "a b", "a/b", "a".repeat(65), "a\u0000", "\u034F"],
    `a${"\u0301".repeat(9)}`,
  ]
) {
  Deno.test(`checkRoom() refuses ${JSON.stringify(bad)}`, () => {
    const error = assertThrows(() => checkRoom(bad), HubbubError);
    assertEquals(error.code, "bad_room");
  });
}
