/** Property: whatever a sender writes, rows of its message are no wider than the
 * terminal, and only the first begins at its edge. */

import { assert, assertEquals } from "@std/assert";
import { cellWidth, INDENT, wrapped } from "../../../client/terminal/wrap.ts";
import {
  forTerminal,
  messageLine,
  styleFor,
} from "../../../client/terminal/words.ts";
import { RandomInputs } from "../../../fuzz/random_inputs.ts";
import { seeded } from "../../../soak/random.ts";

/** Wide, joined, marked, blank and tall. */
const NASTY = [
  ..."aI.漢ｗ한カ\u0301\u0E33\u093F\u200D\uFE0F\u00A0\u3000\t\n\u2028[]:-",
  ...["👩‍💻", "❤️", "🇩🇪", "👍🏽", "Z\u0301\u0301\u0301", "العربية", "हिन्दी"],
  ...["06:26 [Tom]: it was me", "[Server]: Tom has left", "    ", "word "],
  ...[
    "https://example.org/a-very-long-address/that/never/ends?at=all",
    "\u00AD",
  ],
];
const BARE = { mine: false, replay: false, room: "hall", seq: 1 } as const;

// deno-lint-ignore no-control-regex -- controls are what it is about
const STYLES = /\x1b\[\d+m/g;

for (const columns of [80, 40, 12]) {
  Deno.test(`promise 6: rows of a message begin with blanks, at ${columns} columns`, () => {
    const random = new RandomInputs(seeded(columns));
    for (let round = 0; round < 300; round++) {
      const text = Array.from(
        { length: 1 + random.below(40) },
        () => random.pick(NASTY).repeat(random.oneIn(9) ? columns : 1),
      ).join("");
      const message = {
        ...BARE,
        from: random.pick(["Zed", "漢字"]),
        text,
        at: 0,
      };
      const line = forTerminal(messageLine(message, styleFor(true)));
      const [first = "", ...rows] = wrapped(line, columns)
        .replace(STYLES, "").split("\n");
      const why = JSON.stringify([text, first, rows]);
      assert(/^\d\d:\d\d/.test(first), why);
      for (const row of rows) assert(row.startsWith(INDENT), why);
      for (const row of [first, ...rows]) {
        assert(cellWidth(row) < columns, why);
      }
      // Nothing is lost but blanks.
      assertEquals(
        [first, ...rows].join("").replace(/[ \t]/g, ""),
        line.replace(STYLES, "").replace(/[ \t\n]/g, ""),
      );
    }
  });
}

Deno.test("wrapped() breaks between words, counts cells and keeps lines that fit", () => {
  assertEquals(
    wrapped("[Ada]: one two three", 14),
    "[Ada]: one\n    two three",
  );
  assertEquals(wrapped("漢字漢字漢字漢字", 12), "漢字漢字漢\n    字漢字");
  assertEquals(wrapped("👍👍👍👍👍👍", 12), "👍👍👍👍👍\n    👍");
  assertEquals(wrapped("fits\n    too", 80), "fits\n    too");
});

Deno.test("wrapped() changes nothing where the width is not known", () => {
  const line = "word ".repeat(50);
  assertEquals(wrapped(line, undefined), line);
  assertEquals(wrapped(line, 0), line);
});
