/** Completion of names and emoji while one writes. */

import { assertEquals } from "@std/assert";
import {
  complete,
  completeColons,
  matchingEmoji,
  matchingNames,
  mentionable,
  queryAt,
  sendersOf,
} from "../../static/chat/model/completion.ts";
import { type Emoji, withRecent } from "../../static/chat/model/emoji.ts";

/** What is completed at the bar in a text. */
function queryIn(marked: string) {
  const caret = marked.indexOf("|");
  const query = queryAt(marked.replace("|", ""), caret);
  return query && `${query.kind} ${query.from} ${query.text}`;
}

const QUERIES: Record<string, string | undefined> = {
  "@|": "person 0 ",
  "hi @Gr|": "person 3 Gr",
  "(@Gr|": "person 1 Gr",
  "@Grace Ho|": "person 0 Grace Ho",
  "@عائشة بن|": "person 0 عائشة بن",
  "你好@李|": "person 2 李",
  "hi @Gr|ace": "person 3 Gr",
  "a@b|": undefined,
  "@ |": undefined,
  "@a\nb|": undefined,
  "hi|": undefined,
  ":ta|": "emoji 0 ta",
  "so :+1|": "emoji 3 +1",
  ":t|": undefined,
  ":D|": undefined,
  "10:30|": undefined,
  "https://a|": undefined,
  "a: bc|": undefined,
  "@Ada :ta|": "emoji 5 ta",
  "|": undefined,
};

for (const [text, expected] of Object.entries(QUERIES)) {
  Deno.test(`queryAt() in ${JSON.stringify(text)} is ${expected}`, () => {
    assertEquals(queryIn(text), expected);
  });
}

Deno.test("matchingNames() finds names by their words, without case and marks", () => {
  const names = ["Grace Hopper", "José", "Hope", "李明", "عائشة بنت", "a_bob"];
  assertEquals(matchingNames("ho", names), ["Hope", "Grace Hopper"]);
  assertEquals(matchingNames("JOSE", names), ["José"]);
  assertEquals(matchingNames("grace h", names), ["Grace Hopper"]);
  assertEquals(matchingNames("李", names), ["李明"]);
  assertEquals(matchingNames("بنت", names), ["عائشة بنت"]);
  assertEquals(matchingNames("bob", names), ["a_bob"]);
  assertEquals(matchingNames("", names), names);
  assertEquals(matchingNames("x", names), []);
});

Deno.test("matchingNames() asks nothing about a name that was typed in full", () => {
  assertEquals(matchingNames("Ada", ["Ada", "Bob"]), []);
  assertEquals(matchingNames("Ada", ["Ada", "Ada Lee"]), ["Ada", "Ada Lee"]);
});

Deno.test("mentionable() has the last to write first, and not the reader", () => {
  assertEquals(
    mentionable(["Ada", "Bob", "Eve"], ["Gone", "Bob", "Ada"], "Ada"),
    ["Gone", "Bob", "Eve"],
  );
  const from = (name: string) => ({ from: name });
  assertEquals(
    sendersOf([
      from("Bob"),
      from("Eve"),
      { from: "Mod", removes: 1 },
      { from: "File", imported: true },
      from("Bob"),
    ]),
    ["Bob", "Eve"],
  );
});

const EMOJI: readonly Emoji[] = [
  {
    emoji: "🎊",
    names: ["confetti_ball"],
    tags: ["party"],
    description: "confetti ball",
  },
  {
    emoji: "🎉",
    names: ["tada", "party_popper"],
    tags: ["hooray"],
    description: "party popper",
  },
  { emoji: "🥳", names: ["partying_face"], tags: [], description: "a party" },
];

Deno.test("matchingEmoji() ranks whole names, starts of names, tags, then parts", () => {
  const found = (text: string) =>
    matchingEmoji(text, EMOJI).map(({ emoji }) => emoji).join("");
  assertEquals(found("party"), "🎉🥳🎊");
  assertEquals(found("TADA"), "🎉");
  assertEquals(found("party po"), "🎉");
  assertEquals(found("ball"), "🎊");
  assertEquals(found("x"), "");
});

Deno.test("complete() replaces what was typed, with one space after it", () => {
  const text = "hi @gr you";
  const query = queryAt(text, 6)!;
  assertEquals(complete(text, query, "Grace Hopper"), {
    from: 3,
    to: 7,
    put: "@Grace Hopper ",
  });
  assertEquals(complete(":ta", queryAt(":ta", 3)!, "🎉"), {
    from: 0,
    to: 3,
    put: "🎉 ",
  });
});

Deno.test("completeColons() replaces a whole :name:", () => {
  assertEquals(completeColons("so :tada: it", 9, EMOJI), {
    from: 3,
    to: 9,
    put: "🎉",
  });
  assertEquals(completeColons("so :nope:", 9, EMOJI), undefined);
  assertEquals(completeColons("10:tada:", 8, EMOJI), undefined);
});

Deno.test("withRecent() puts an emoji first, once", () => {
  assertEquals(withRecent(["a", "b"], "b"), ["b", "a"]);
  const many = Array.from({ length: 30 }, (_, n) => String(n));
  assertEquals(withRecent(many, "x").length, 24);
});
