/** The page for everybody: any name, keyboard, locale, direction and length. */

import { assert, assertEquals } from "@std/assert";
import { format } from "../../static/chat/model/format.ts";
import { excerptOf } from "../../static/chat/model/excerpt.ts";
import { gutterTime } from "../../static/chat/model/times.ts";
import { rowsOf } from "../../static/chat/model/timeline_rows.ts";
import { graphemes, isolated } from "../../static/chat/model/chat_words.ts";
import { hue, initial } from "../../static/chat/model/person_colors.ts";
import { composes } from "../../static/keys.ts";
import { message } from "./fakes.ts";

/** Characters that patterns, quotes and layouts stumble over. */
const PARTS = [
  ...Array.from({ length: 94 }, (_, n) => String.fromCharCode(0x21 + n)),
  ...[
    "😀",
    "👩‍🚀",
    "🇩🇪",
    "ע",
    "مرحبا",
    "e\u0301",
    "\u0301",
    "李",
    "ไทย",
    "\uD800",
  ],
];

/** The sources below a folder. */
function* filesOf(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory && name !== "dist") yield* filesOf(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

Deno.test("every message has its row, whatever names and texts are made of", () => {
  const names = PARTS.flatMap((part) => [part, `A${part}b`, `-${part}`]);
  const messages = names.map((name, index) =>
    message(index + 1, { from: name, text: `@${name}: ${name}` })
  );
  for (const me of [...names, undefined]) {
    const rows = rowsOf({
      messages: messages.slice(0, 3),
      gaps: [],
      notes: [],
      outgoing: [],
      beginning: undefined,
      mark: undefined,
      me,
      longer: [`${me}-2`],
    });
    assertEquals(rows.filter(({ kind }) => kind === "line").length, 3);
  }
  for (const { from, text } of messages) {
    const drawn = JSON.stringify(format(text, from));
    // Backticks make code, which mentions nobody.
    if (!from.includes("`")) assert(drawn.includes("mention"), drawn);
    assert(hue(from) >= 0 && initial(from).length > 0);
  }
});

Deno.test("a key of an input method does nothing else", () => {
  assertEquals(composes({ isComposing: true, keyCode: 13 }), true);
  assertEquals(composes({ isComposing: false, keyCode: 229 }), true);
  assertEquals(composes({ isComposing: false, keyCode: 13 }), false);
  // Whoever reads keys asks.
  for (const path of filesOf("static")) {
    const text = Deno.readTextFileSync(path);
    if (!/KeyboardEvent\)|onKeyDown=\{\(event\) => \{/.test(text)) continue;
    if (!/\.key\b|keyAction/.test(text)) continue;
    assert(text.includes("composes(event)"), path);
  }
});

Deno.test("beside a message there is room for its time in any locale", () => {
  const at = new Date(2026, 0, 15, 22, 45).getTime();
  for (
    const locale of ["en-US", "ar", "ar-EG", "de", "ja", "ko", "zh-TW", "hi"]
  ) {
    const format = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
    const time = gutterTime(at, format);
    assert(graphemes(time).length <= 6, `${locale}: ${time}`);
    assert(!/[A-Za-z]/.test(time), `${locale}: ${time}`);
  }
});

Deno.test("graphemes() gets by without Intl.Segmenter", async () => {
  const { Segmenter } = Intl;
  try {
    Reflect.deleteProperty(Intl, "Segmenter");
    const path = "../../static/chat/model/chat_words.ts?without";
    const old: { graphemes(text: string): string[] } = await import(path);
    for (
      const one of ["a", "e\u0301", "👩‍🚀", "👍🏽", "🇩🇪", "ح", "❤\uFE0F"]
    ) assertEquals(old.graphemes(`${one}b`), [one, "b"]);
  } finally {
    Object.assign(Intl, { Segmenter });
  }
});

Deno.test("a name from right to left does not turn the sentence around it", () => {
  assertEquals(isolated("Ada"), "Ada");
  assertEquals(isolated("عمر"), "\u2068عمر\u2069");
});

Deno.test("excerptOf() leaves short texts whole, and cuts long ones", () => {
  assertEquals(excerptOf("a\n".repeat(30)), undefined);
  assertEquals(excerptOf("a\n".repeat(2_000))?.split("\n").length, 20);
  assertEquals(excerptOf("x".repeat(2_500)), undefined);
  const words = excerptOf("word ".repeat(1_000)) ?? "";
  assert(words.length < 1_700 && words.endsWith("word"));
  const emoji = excerptOf(`x${"😀".repeat(2_000)}`) ?? "";
  assert(emoji.isWellFormed() && emoji.length < 1_700);
});
