/**
 * No regular expression on what others send takes more than linear time. The
 * engine of JavaScript backtracks: one wrong `\s*` holds up everybody.
 */

import { assert, assertEquals } from "@std/assert";
import { analyse } from "scslre";
import { patternOf } from "../../static/chat/model/mentions.ts";
import { type Pattern, patternsIn, patternsOf } from "./collect.ts";

/** Where what others send goes through. */
const FOLDERS = ["server", "protocol", "client", "static"];

/** Patterns that may be slow, each with what is known of its input. */
const ALLOWED: Readonly<Record<string, string>> = {
  "server/store/addresses.ts: /^([a-z-]+:\\/*)?(.*)@/is":
    "The address of a store: a setting, written by who runs the server.",
};

/** Files that put patterns together, with those that come of it. */
const MADE: Readonly<Record<string, readonly RegExp[]>> = {
  "client/terminal/wrap.ts": await madeBy("../../client/terminal/wrap.ts"),
  "protocol/invisible.ts": await madeBy("../../protocol/invisible.ts"),
  "protocol/names.ts": await madeBy("../../protocol/names.ts"),
  "protocol/script_variables.ts": await madeBy(
    "../../protocol/script_variables.ts",
  ),
  "static/chat/model/chat_words.ts": await madeBy(
    "../../static/chat/model/chat_words.ts",
  ),
  "static/chat/model/completion.ts": await madeBy(
    "../../static/chat/model/completion.ts",
  ),
  "static/chat/model/inlines.ts": await madeBy(
    "../../static/chat/model/inlines.ts",
  ),
  "static/chat/model/mentions.ts": [
    patternOf(["Ada Lovelace"]),
    patternOf(["José", "Jose\u0301"]),
  ],
};

/** What a module calls `RegExp` for when it is loaded. */
async function madeBy(module: string): Promise<RegExp[]> {
  const made: RegExp[] = [];
  const { RegExp: real } = globalThis;
  globalThis.RegExp = new Proxy(real, {
    construct(target, args: [string, string]) {
      const pattern = new target(...args);
      made.push(pattern);
      return pattern;
    },
  });
  try {
    await import(`${module}?recorded`);
  } finally {
    globalThis.RegExp = real;
  }
  return made;
}

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

Deno.test("promise 9: every regular expression applied to untrusted input runs in linear time", () => {
  assert(patterns.length > 60, "patterns are found");
  const slow = patterns.filter((pattern) =>
    pattern.source !== undefined && slowness(pattern).length > 0 &&
    !(nameOf(pattern) in ALLOWED)
  );
  assertEquals(slow.map((p) => `${nameOf(p)}: ${slowness(p)}`), []);
});

Deno.test("promise 9: a pattern that is put together is known, and one that comes of it is linear", () => {
  const made = patterns.filter(({ source }) => source === undefined);
  const found = Map.groupBy(made, ({ path }) => path);
  assertEquals(new Set(found.keys()), new Set(Object.keys(MADE)));
  for (const [path, all] of Object.entries(MADE)) {
    assert(all.length >= (found.get(path)?.length ?? 0), path);
    for (const { source, flags } of all) {
      assertEquals(slowness({ path, source, flags }), [], `${path}: ${source}`);
    }
  }
});

Deno.test("the patterns that may be slow exist and are slow", () => {
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

Deno.test("patternsIn() finds literals and arguments of RegExp", () => {
  const text = 'const a = /x\\/"/gu, b = <p title="/no/">{/y/v}</p>;\n' +
    '// /no/\nRegExp("z", "i"); new RegExp(`${a}`, "m"); "/no/";';
  assertEquals(
    patternsIn("a.tsx", text).map(({ source, flags }) => [source, flags])
      .toSorted(),
    [['x\\/"', "gu"], ["y", "v"], ["z", "i"], [undefined, "m"]].toSorted(),
  );
});
