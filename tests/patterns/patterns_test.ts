/**
 * No regular expression on what others send takes more than linear time. The
 * engine of JavaScript backtracks: one wrong `\s*` holds up everybody.
 */

import { assert, assertEquals } from "@std/assert";
import { analyse } from "scslre";
import { type Pattern, patternsIn, patternsOf } from "./collect.ts";

/** Where what others send goes through. */
const FOLDERS = ["server", "protocol", "client", "static"];

/** Patterns that may be slow, each with what is known of its input. */
const ALLOWED: Readonly<Record<string, string>> = {
  "server/store/addresses.ts: /^([a-z-]+:\\/*)?(.*)@/is":
    "The address of a store: a setting, written by who runs the server.",
};

/** Files that put a pattern together, with one that comes of it. */
const MADE: Readonly<Record<string, RegExp>> = {
  "static/chat/model/format.ts":
    /(?<![\p{L}\p{N}_])@?Ada Lovelace(?![\p{L}\p{N}_])/giu,
};

function nameOf({ path, source = "(made)", flags }: Pattern): string {
  return `${path}: /${source}/${flags}`;
}

/** Why a pattern may take more than linear time, if it may. */
function slowness({ source = "", flags }: Pattern): string[] {
  const { reports } = analyse({ source, flags }, {
    reportTypes: { Move: true, Self: true, Trade: true },
    assumeRejectingSuffix: false,
  });
  return reports.map(({ type, exponential }) =>
    `${exponential ? "exponential" : "quadratic"} (${type})`
  );
}

const patterns = patternsOf(FOLDERS);

Deno.test("promise 9: no regular expression on what others send takes more than linear time", () => {
  assert(patterns.length > 60, "patterns are found");
  const slow = patterns.filter((pattern) =>
    pattern.source !== undefined && slowness(pattern).length > 0 &&
    !(nameOf(pattern) in ALLOWED)
  );
  assertEquals(slow.map((p) => `${nameOf(p)}: ${slowness(p)}`), []);
});

Deno.test("promise 9: a pattern that is put together is known, and one that comes of it is linear", () => {
  const made = patterns.filter(({ source }) => source === undefined);
  assertEquals(made.map(({ path }) => path), Object.keys(MADE));
  for (const [path, { source, flags }] of Object.entries(MADE)) {
    assertEquals(slowness({ path, source, flags }), [], path);
  }
});

Deno.test("what is allowed to be slow is there, and slow", () => {
  const slow = new Set(
    patterns.filter((pattern) => slowness(pattern).length > 0).map(nameOf),
  );
  assertEquals(Object.keys(ALLOWED).filter((name) => !slow.has(name)), []);
});

for (
  const [pattern, why] of [
    [/\s*,\s*/, "Move"],
    [/^\n+|\n+$/g, "Move"],
    [/%.*$/, "Move"],
    [/^(a+)+$/u, "Self"],
    [/^\s*\w*\s*$/, "Trade"],
    [/\p{L}+$/v, "Move"],
  ] as [RegExp, string][]
) {
  Deno.test(`slowness() knows ${pattern}`, () => {
    const { source, flags } = pattern;
    const known = slowness({ path: "", source, flags });
    assert(known.some((words) => words.includes(why)), known.join());
  });
}

Deno.test("patternsIn() finds literals and what RegExp is called with", () => {
  const text = 'const a = /x\\/"/gu, b = <p title="/no/">{/y/v}</p>;\n' +
    '// /no/\nRegExp("z", "i"); new RegExp(`${a}`, "m"); "/no/";';
  assertEquals(
    patternsIn("a.tsx", text).map(({ source, flags }) => [source, flags])
      .toSorted(),
    [['x\\/"', "gu"], ["y", "v"], ["z", "i"], [undefined, "m"]].toSorted(),
  );
});
