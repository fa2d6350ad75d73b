/** What a message's text is made of. */

import { assert, assertEquals } from "@std/assert";
import {
  type Block,
  format,
  mentions,
  plainText,
} from "../../static/chat/model/format.ts";
import type { Inline } from "../../static/chat/model/inlines.ts";
import { longerNames } from "../../static/chat/model/mentions.ts";
import { assertGrowsLinearly } from "../helpers/growth.ts";

/** The tokens of a text's only paragraph, in short. */
function inlines(text: string, name?: string): string[] {
  const [block, ...more] = format(text, name);
  assertEquals(more, []);
  if (block?.kind !== "paragraph") throw new Error("Not a paragraph");
  return block.inlines.map(short);
}

function short(token: Inline): string {
  if (token.kind === "text") return token.text;
  return `${token.kind}:${
    "inlines" in token ? token.inlines.map(short).join("|") : token.text
  }`;
}

/** The blocks of a text, in short. */
function blocks(text: string): unknown[] {
  const shortBlock = (block: Block): unknown => {
    switch (block.kind) {
      case "fence":
        return `fence:${block.text}`;
      case "paragraph":
        return block.inlines.map(short).join("|");
      case "quote":
        return block.blocks.map(shortBlock);
      case "list":
        return block.items.map(({ marker, depth, inlines }) =>
          `${"  ".repeat(depth)}${marker} ${inlines.map(short).join("|")}`
        ).join("\n");
    }
  };
  return format(text).map(shortBlock);
}

const LINKS: Record<string, string[]> = {
  "see https://a.example/b, please": [
    "see ",
    "link:https://a.example/b",
    ", please",
  ],
  "https://a.example.": ["link:https://a.example", "."],
  "(https://a.example/x_(y))": ["(", "link:https://a.example/x_(y)", ")"],
  "HTTP://A.EXAMPLE": ["link:HTTP://A.EXAMPLE"],
  "https://bücher.example/ä?q=1#z": ["link:https://bücher.example/ä?q=1#z"],
  "https://": ["https://"],
  "javascript:alert(1)": ["javascript:alert(1)"],
  "https://bank.example@evil.example": ["https://bank.example@evil.example"],
  'https://a.example"x': ["link:https://a.example", '"x'],
  "ftp://a.example mailto:a@b.example": ["ftp://a.example mailto:a@b.example"],
  "a `b` c": ["a ", "code:b", " c"],
  "`https://a.example`": ["code:https://a.example"],
  "`` and ` alone": ["`` and ` alone"],
};

LINKS["http://a)).)(x)!?)"] = ["link:http://a)).)(x", ")!?)"];

// Punctuation of any script ends an address, in a sentence that goes on too.
for (
  const mark of [..."、。，．！？；：」』】》〉”’»›…،؛؟।）］〕"]
) {
  LINKS[`https://a.example/b${mark}`] = ["link:https://a.example/b", mark];
  LINKS[`https://a.example${mark}次`] = ["link:https://a.example", `${mark}次`];
}
LINKS["（https://a.example/x_（y））"] = [
  "（",
  "link:https://a.example/x_（y）",
  "）",
];
LINKS["https://a.example/A–B·C"] = ["link:https://a.example/A–B·C"];
LINKS["https://a.example/日本"] = ["link:https://a.example/日本"];
LINKS["https://a.example — b"] = ["link:https://a.example", " — b"];
LINKS["[a](https://a.example/b[1])"] = [
  "[a](",
  "link:https://a.example/b[1]",
  ")",
];

LINKS["see www.a.example/b."] = ["see ", "link:www.a.example/b", "."];
LINKS["www.a and www..b.c"] = ["www.a and www..b.c"];
LINKS["xwww.a.example a@www.b.example"] = ["xwww.a.example a@www.b.example"];
LINKS["a ``b ` c`` d ``` `e ```"] = ["a ", "code:b ` c", " d ", "code:`e"];

/** Bold, italics and strikethrough, and what only looks like them. */
const MARKS: Record<string, string[]> = {
  "**a** *b* _c_ ~~d~~": ["strong:a", " ", "em:b", " ", "em:c", " ", "del:d"],
  "***a*** **b *c* d**": ["strong:em:a", " ", "strong:b |em:c| d"],
  "**see https://a.example/b**": ["strong:see |link:https://a.example/b"],
  "*https://a.example/*": ["em:link:https://a.example/"],
  "**`a`**, (*b*).": ["strong:code:a", ", (", "em:b", ")."],
  "`**a**`": ["code:**a**"],
  "**a *b** c*": ["strong:a *b", " c*"],
  "**a **b** c**": ["strong:a b c"],
  "~~a\nb~~": ["del:a\nb"],
  "这是**重点**内容 アン*ド*ロ": [
    "这是",
    "strong:重点",
    "内容 アン",
    "em:ド",
    "ロ",
  ],
  "\\*a* \\_b_": ["*a* _b_"],
  "¯\\_(ツ)_/¯": ["¯\\_(ツ)_/¯"],
  "**a *b* ~~c": ["**a ", "em:b", " ~~c"],
};
for (
  const text of [
    ...["2*3*4 = 24", "5 * 3 * 2", "f(*args, **kwargs)", "a *", "a*", "**"],
    ...["snake_case_name", "__init__", "__a__ b", "~5 to ~10", "~~~a~~~"],
    ...["****a****", "** a **", "**a", "*a\n\nb*", "src/*/x/*", "@_bob_ hi"],
    ...["[a](b)", "# a", "&amp; <b>", "|a|b|", "*_ ~ `", "2 > 1", ">a"],
  ]
) MARKS[text] = [text];

for (const [text, tokens] of Object.entries({ ...LINKS, ...MARKS })) {
  Deno.test(`format() reads ${JSON.stringify(text)}`, () => {
    assertEquals(inlines(text), tokens);
  });
}

Deno.test("format() parts fenced blocks from paragraphs", () => {
  assertEquals(format("before\n```js\nconst a = `1`;\n\n<b>\n```\nafter"), [
    {
      kind: "paragraph",
      inlines: [{ kind: "text", text: "before" }],
    },
    { kind: "fence", text: "const a = `1`;\n\n<b>" },
    { kind: "paragraph", inlines: [{ kind: "text", text: "after" }] },
  ]);
});

Deno.test("format() takes a fence that is never closed to the end", () => {
  assertEquals(format("```\none\ntwo"), [{ kind: "fence", text: "one\ntwo" }]);
});

Deno.test("format() reads lists, as deep as they are indented", () => {
  assertEquals(blocks("Buy:\n- **tea**\n  * green\n\t- mint\n- milk\nand"), [
    "Buy:",
    "• strong:tea\n  ◦ green\n    ▪ mint\n• milk",
    "and",
  ]);
  assertEquals(blocks("1. a\n   more\n1. b\n5) c"), [
    "1. a\nmore\n2. b\n5. c",
  ]);
  assertEquals(blocks("7. a\n\n8. b"), ["7. a", "8. b"]);
  assertEquals(blocks("-a\n1.5\n2026. a\n- \n-"), [
    "-a\n1.5\n2026. a\n- \n-",
  ]);
  const deep = Array.from({ length: 9 }, (_, n) => " ".repeat(2 * n) + "- a");
  assertEquals(
    String(blocks(deep.join("\n"))).match(/^ */gm)?.map(({ length }) => length),
    [0, 2, 4, 6, 6, 6, 6, 6, 6],
  );
});

Deno.test("format() reads quotes, with what is in them", () => {
  assertEquals(blocks("> a\n> - b\n>\n> ```\n> c\n> ```\n> > d\ne"), [
    ["a", "• b", "fence:c", ["d"]],
    "e",
  ]);
  const [deep] = blocks("> ".repeat(50) + "a");
  assertEquals(deep, [[["> ".repeat(47) + "a"]]]);
});

Deno.test("format() takes a fence that is indented, or ends at a line's end", () => {
  assertEquals(blocks("- a\n  ```js\n  b\n  ```\n- c"), [
    "• a",
    "fence:  b",
    "• c",
  ]);
  assertEquals(blocks("```\na``` \nb"), ["fence:a", "b"]);
});

Deno.test("plainText() is one line without marks", () => {
  assertEquals(
    plainText("**Hi** `a`\n- b\n- c\n> d\n```\ne\n```"),
    "Hi a • b • c d e",
  );
});

Deno.test("format() is no deeper than there are styles, whatever is nested", () => {
  const text = "**a *b ~~c ".repeat(500) + "~~ ** ".repeat(500) +
    "a~~ b* c** ".repeat(500);
  const depth = (list: readonly Inline[]): number =>
    Math.max(
      0,
      ...list.map((one) => "inlines" in one ? 1 + depth(one.inlines) : 0),
    );
  const [block] = format(text);
  assert(block?.kind === "paragraph");
  assert(depth(block.inlines) <= 3);
});

Deno.test("format() keeps every character that is no fence and turns nothing", () => {
  const text = "a  b\n\n\tc `d` https://a.example/ e";
  assertEquals(
    inlines(text).map((token) => token.replace(/^(link|code):/, "")).join(""),
    text.replaceAll("`", ""),
  );
});

Deno.test("format() takes a time that grows with the text, however it is made", () => {
  for (
    const part of [
      "`",
      "```\n",
      "https://(",
      "((((",
      "https://a.b)",
      "https://（）",
      "@a",
      "@a\u0301",
      ...["*", "_", "~", "\\*", "*a ", "*a_", "**a *b ", "*a* ", "_(", "a* "],
      ...["``a` ", "`a``", "> ", "> > a\n", "- a\n", "  - a\n", "1. \n"],
      ...["\n", "\n \n", " ", "\t- ", "```a", "```\na```", "www.", "www.a."],
      ...["***a ", "~~a **b _c ", "a** b~~ c_ ", "- a\n     b\n", "99) a\n"],
    ]
  ) {
    assertGrowsLinearly(part, (times) => {
      const text = part.repeat(512 * times);
      return () => format(text, "a");
    });
  }
});

const MENTIONS: [text: string, name: string, expected: boolean][] = [
  ["Is Ada here?", "Ada", true],
  ["@ada look", "Ada", true],
  ["ADA!", "Ada", false],
  ["@ADA!", "Ada", true],
  ["Adam and Badad", "Ada", false],
  ["`Ada`", "Ada", false],
  ["https://ada.example/Ada", "Ada", false],
  ["(a.b)", "a.b", true],
  ["axb", "a.b", false],
  ["[x]* said so", "[x]*", true],
  ["Grüße an Jürgen", "Jürgen", true],
  // A common word is no name.
  ["will you come?", "will", false],
  ["will you come?", "Will", false],
  ["Will, you come", "Will", true],
  ["and @will too", "will", true],
  ["and @will too", "Will", true],
  ["good-will", "will", false],
  ["a@will.example", "will", false],
  ["💩 and 🦊", "🦊", false],
  ["@🦊 look", "🦊", true],
  ["in 42 days", "42", false],
  ["@42", "42", true],
  // Text without spaces between words.
  ["李明你好", "李明", true],
  ["你好@李明，来吧", "李明", true],
  ["富士山に行く", "山", false],
  ["@山さん", "山", true],
  ["山、来て", "山", true],
  ["민수야 어디", "민수", true],
  ["アンドロイド", "アン", false],
  ["アン、来て", "アン", true],
  ["สวัสดี@สมชายครับ", "สมชาย", true],
  // However the text, or the name, is composed.
  ["Jose\u0301, look", "José", true],
  ["José, look", "Jose\u0301", true],
  ["Jose\u0301, look", "Jose", false],
  ["@JOSE\u0301", "José", true],
  ["こんにちは、Ada。", "Ada", true],
  ["", "Ada", false],
];

for (const [text, name, expected] of MENTIONS) {
  Deno.test(`mentions() of ${name} in "${text}" is ${expected}`, () => {
    assertEquals(mentions(text, name), expected);
  });
}

Deno.test("a mention of a longer name does not match a shorter one", () => {
  const longer = longerNames("Ann", ["Ann", "Ann Lee", "Joanna", "Bob"]);
  assertEquals(longer, ["Ann Lee", "Joanna"]);
  for (
    const [text, expected] of [
      ["Ann Lee, look", false],
      ["@ann lee look", false],
      ["@Ann lee look", false],
      ["Ann, look", true],
      ["Ann Leery", true],
      ["Ann Lee and Ann", true],
    ] as const
  ) assertEquals(mentions(text, "Ann", longer), expected, text);
  assertEquals(longerNames("Ada", ["Ada", "ADA LOVELACE"]), ["ADA LOVELACE"]);
  assertEquals(longerNames(undefined, ["Ada"]), []);
});

Deno.test("format() finds a name whatever it is made of", () => {
  for (let code = 0x21; code < 0x7f; code++) {
    const name = `A${String.fromCharCode(code)}b`;
    assertEquals(inlines(`Hi ${name}!`, name), ["Hi ", `mention:${name}`, "!"]);
  }
});

for (
  const [text, shown, host] of [
    ["https://EXAMPLE.org/a", "https://EXAMPLE.org/a", undefined],
    ["https://example.org:8443/", "https://example.org:8443/", undefined],
    ["https://bаnk.example", "https://bаnk.example", "xn--bnk-6cd.example"],
    ["http://2130706433/", "http://2130706433/", "127.0.0.1"],
    ["https://x.example/\u202Egpj.exe", "https://x.example/gpj.exe", undefined],
    ["https://x.example/\u200Fb", "https://x.example/", undefined],
    ["https://x.example/\u200Bb", "https://x.example/", undefined],
    ["https://x.example/\uFEFFb", "https://x.example/", undefined],
  ] as const
) {
  Deno.test(`promise 6: the link ${JSON.stringify(text)} shows its target`, () => {
    const [block] = format(text);
    assert(block?.kind === "paragraph");
    const [link] = block.inlines;
    assert(link?.kind === "link");
    assertEquals([link.text, link.host], [shown, host]);
  });
}

Deno.test("promise 6: removes text direction controls from every message", () => {
  for (let point = 0x202A; point <= 0x2069; point++) {
    if (point > 0x202E && point < 0x2066) continue;
    const turn = String.fromCodePoint(point);
    for (
      const text of ["a%b", "`a%b`", "```\na%b\n```", "@Ada%", "https://a.b/%"]
    ) {
      const blocks = JSON.stringify(format(text.replaceAll("%", turn), "Ada"));
      assert(!blocks.includes(turn), blocks);
    }
  }
});
