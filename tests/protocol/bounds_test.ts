/** That what is too much is known before anything is done with it. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  hasMoreLines,
  isOverlong,
  linesOf,
  normalized,
  parseObject,
} from "../../protocol/bounds.ts";
import { HubbubError } from "../../protocol/errors.ts";
import { checkName, checkRoom, nameKey } from "../../protocol/names.ts";
import { v1 } from "../../protocol/v1.ts";

/** What `normalize()` takes seconds for. */
const MARKS = "\u0315\u0300".repeat(80_000);
const MEBIBYTE = 1024 * 1024;

Deno.test("normalized() leaves overlong text unchanged", () => {
  assertEquals(normalized("e\u0301", "NFC", 1), "\u00e9");
  assertEquals(normalized("\uFDFA", "NFKC", 1)?.length, 18);
  assertEquals(normalized(MARKS, "NFKC", 64), undefined);
  assert(!isOverlong("x".repeat(8), 1) && isOverlong("x".repeat(9), 1));
});

Deno.test("promise 9: names and rooms that are too long are refused before they are normalized", () => {
  for (const check of [checkName, checkRoom]) {
    assertThrows(() => check(MARKS), HubbubError);
    assertThrows(() => check("\uFDFA".repeat(MEBIBYTE)), HubbubError);
  }
  assertEquals(nameKey(MARKS), MARKS);
});

Deno.test("a name or room of the longest allowed is taken, however it is typed", () => {
  assertEquals(checkName("  " + "a\u0308".repeat(32)), "\u00e4".repeat(32));
  assertEquals(checkRoom("\uFF21".repeat(64) + "  "), "a".repeat(64));
  assertEquals([...checkName("\u{1F469}".repeat(32))].length, 32);
});

Deno.test("promise 9: normalize() is called where the length is bounded, and nowhere else", () => {
  const allowed: Readonly<Record<string, number>> = {
    "protocol/bounds.ts": 1,
    // What came out of the first one.
    "protocol/names.ts": 5,
  };
  const found: Record<string, number> = {};
  for (const path of sources("server", "protocol", "client", "static")) {
    const calls = Deno.readTextFileSync(path).match(/\.normalize\(/g) ?? [];
    if (calls.length > 0) found[path] = calls.length;
  }
  assertEquals(found, allowed);
});

function sources(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
      const path = `${folder}/${name}`;
      if (isDirectory) return name === "dist" ? [] : sources(path);
      return /\.tsx?$/.test(name) ? [path] : [];
    })
  );
}

Deno.test("parseObject() takes objects, and no more than 1,000 values", () => {
  assertEquals(parseObject('{"a":[1,{"b":"\\"[,{"}]}'), {
    a: [1, { b: '"[,{' }],
  });
  const long = { text: '[,{\\"'.repeat(10_000) };
  assertEquals(parseObject(JSON.stringify(long)), long);
  for (const bad of ["", "[]", "1", "null", '"x"', "{", "nonsense"]) {
    const error = assertThrows(() => parseObject(bad), HubbubError);
    assertEquals(error.code, "bad_json", bad);
  }
});

for (
  const [title, json] of [
    ["brackets", "[".repeat(MEBIBYTE)],
    ["brackets that end", "[".repeat(5e5) + "]".repeat(5e5)],
    ["nested objects", '{"a":'.repeat(2e5)],
    ["fields", `{${'"16777216":1,'.repeat(8e4)}"b":2}`],
  ] as const
) {
  Deno.test(`promise 9: a megabyte of ${title} is refused before it is parsed`, () => {
    const error = assertThrows(() => parseObject(json), HubbubError);
    assertEquals(error.code, "bad_json");
    assert(error.message.includes("1000 values"), error.message);
  });
}

Deno.test("hasMoreLines() counts lines, the last one with or without an end", () => {
  for (
    const [text, most, more] of [
      ["", 1, false],
      ["a", 1, false],
      ["a\n", 1, false],
      ["a\nb", 1, true],
      ["a\nb\n", 2, false],
      ["a\nb\n\n", 2, true],
      ["1\n".repeat(MEBIBYTE), 1000, true],
    ] as const
  ) {
    assertEquals(hasMoreLines(text, most), more, JSON.stringify([most, more]));
  }
});

Deno.test("linesOf() gives the lines that are not blank", () => {
  assertEquals([...linesOf("a\n\n \nb\r\nc")], ["a", "b\r", "c"]);
  assertEquals([...linesOf("a\n")], ["a"]);
  assertEquals([...linesOf("")], []);
});

Deno.test("promise 9: hubbub.v1: a line is decoded when it is asked for, not before", () => {
  const frame = '{"type":"ping"}\n'.repeat(50_000);
  const decoded = v1.decode(frame, { named: true });
  const first = decoded[Symbol.iterator]().next();
  assertEquals(first.value, { ok: true, request: { type: "ping" } });
  assert(!Array.isArray(decoded));
});
