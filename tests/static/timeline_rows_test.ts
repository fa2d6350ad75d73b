/** From messages to rows. */

import { assertEquals } from "@std/assert";
import type { RoomMessage } from "../../client/hubbub.ts";
import {
  fold,
  type Row,
  rowsOf,
  type Shown,
} from "../../static/chat/model/timeline_rows.ts";
import { message, outgoing } from "./fakes.ts";

const NOTHING: Shown = {
  messages: [],
  gaps: [],
  notes: [],
  outgoing: [],
  beginning: undefined,
  mark: undefined,
  me: "Me",
  longer: [],
};

/** Rows in short: a line is its text, in brackets where its group begins. */
function short(shown: Partial<Shown>): string[] {
  return rowsOf({ ...NOTHING, ...shown }).map((row) => {
    switch (row.kind) {
      case "line":
        return row.head ? `[${row.from}] ${row.text}` : row.text;
      case "gap":
        return `gap ${row.missed}`;
      case "note":
        return `+${row.movement.joined} -${row.movement.left}`;
      default:
        return row.kind;
    }
  });
}

const MINUTE = 60_000;
const noon = new Date(2026, 0, 15, 12).getTime();

function at(seq: number, from: string, minutes = 0): RoomMessage {
  return message(seq, { from, at: noon + minutes * MINUTE });
}

Deno.test("rowsOf() groups by sender, until another sender or a pause", () => {
  const messages = [
    at(1, "Ada"),
    at(2, "Ada", 1),
    at(3, "Bob", 1),
    at(4, "Ada", 2),
    at(5, "Ada", 20),
  ];
  assertEquals(short({ messages }), [
    "day",
    "[Ada] 1",
    "2",
    "[Bob] 3",
    "[Ada] 4",
    "[Ada] 5",
  ]);
});

Deno.test("promise 6: rowsOf() begins a group where a guest has the name of a token's bearer", () => {
  const messages = [
    at(1, "Ada"),
    { ...at(2, "Ada"), guest: true as const },
    { ...at(3, "Ada"), guest: true as const },
    at(4, "Ada"),
  ];
  const shown = ["day", "[Ada] 1", "[Ada] 2", "3", "[Ada] 4"];
  assertEquals(short({ messages }), shown);
  // What a guest has just sent stays in the group of what it sent before.
  const mine = messages.slice(1, 3).map((one) => ({ ...one, mine: true }));
  const sent = [outgoing("x", { at: noon })];
  assertEquals(short({ messages: mine, outgoing: sent, me: "Ada" }), [
    ...["day", "[Ada] 2", "3", "x"],
  ]);
});

Deno.test("rowsOf() knows first and last of a group", () => {
  const rows = rowsOf({
    ...NOTHING,
    messages: [at(1, "Ada"), at(2, "Ada"), at(3, "Bob")],
  }).filter((row) => row.kind === "line");
  assertEquals(
    rows.map(({ head, tail }) => [head, tail]),
    [[true, false], [false, true], [true, true]],
  );
});

Deno.test("rowsOf() parts days of the reader's calendar", () => {
  const late = new Date(2026, 0, 15, 23, 59).getTime();
  const messages = [
    message(1, { at: late }),
    message(2, { at: late + 2 * MINUTE }),
  ];
  assertEquals(short({ messages }), ["day", "[Ada] 1", "day", "[Ada] 2"]);
});

Deno.test("rowsOf() draws the line after the last message read", () => {
  const messages = [at(1, "Ada"), at(2, "Ada")];
  assertEquals(short({ messages, mark: 1 }), [
    "day",
    "[Ada] 1",
    "new",
    "[Ada] 2",
  ]);
  assertEquals(short({ messages, mark: 2 }), ["day", "[Ada] 1", "2"]);
  assertEquals(short({ messages, mark: 0 }), ["new", "day", "[Ada] 1", "2"]);
});

Deno.test("rowsOf() shows gaps and comings and goings in their places", () => {
  assertEquals(
    short({
      beginning: { lost: 4 },
      messages: [at(5, "Ada"), at(9, "Ada"), at(10, "Ada")],
      gaps: [{ from: 6, to: 8, missed: 3 }],
      notes: [
        { after: 9, joined: ["Bob"], left: [], renamed: [] },
        { after: 10, joined: [], left: ["Eve"], renamed: [] },
      ],
    }),
    [
      "gap 4",
      "day",
      "[Ada] 5",
      "gap 3",
      "[Ada] 9",
      "+Bob -",
      "[Ada] 10",
      "+ -Eve",
    ],
  );
});

Deno.test("rowsOf() puts pending messages last, in one group with the others", () => {
  const messages = [message(1, { from: "Me", mine: true, at: noon })];
  const waiting = [
    outgoing("a", { at: noon }),
    outgoing("b", { at: noon, failed: "Too long" }),
  ];
  const lines = rowsOf({ ...NOTHING, messages, outgoing: waiting })
    .filter((row) => row.kind === "line");
  assertEquals(lines.map(({ phase }) => phase), ["sent", "pending", "failed"]);
  assertEquals(lines.map(({ head }) => head), [true, false, false]);
  assertEquals(lines[2]?.problem, "Too long");
});

Deno.test("rowsOf() gives a message the key it had while on its way", () => {
  const keys = (rows: readonly Row[]) =>
    rows.filter((row) => row.kind === "line").map(({ key }) => key);
  const before = rowsOf({
    ...NOTHING,
    outgoing: [outgoing("a", { at: noon })],
  });
  const sent = message(1, { from: "Me", mine: true, cid: "a", at: noon });
  const after = rowsOf({ ...NOTHING, messages: [sent] });
  assertEquals(keys(before), keys(after));
});

Deno.test("rowsOf() never takes the key of another's cid", () => {
  const twins = [message(1, { cid: "a" }), message(2, { cid: "a" })];
  const keys = rowsOf({ ...NOTHING, messages: twins }).map(({ key }) => key);
  assertEquals(new Set(keys).size, keys.length);
});

const came = (...joined: string[]) => ({ joined, left: [], renamed: [] });
const went = (...left: string[]) => ({ joined: [], left, renamed: [] });
const renamed = (from: string, to: string) => ({
  joined: [],
  left: [],
  renamed: [[from, to]] as const,
});

Deno.test("fold() merges joins and leaves", () => {
  assertEquals(fold([came("Ada"), went("Bob"), came("Eve")]), {
    joined: ["Ada", "Eve"],
    left: ["Bob"],
    renamed: [],
  });
});

Deno.test("fold() drops a join followed by a leave, and a leave followed by a return", () => {
  assertEquals(fold([came("Ada"), went("Ada")]), undefined);
  assertEquals(fold([went("Ada"), came("Ada")]), undefined);
});

Deno.test("fold() follows people over their names", () => {
  assertEquals(fold([came("Ada"), renamed("Ada", "Countess")]), {
    joined: ["Countess"],
    left: [],
    renamed: [],
  });
  assertEquals(fold([renamed("Ada", "Countess"), went("Countess")]), {
    joined: [],
    left: ["Ada"],
    renamed: [],
  });
  assertEquals(fold([renamed("a", "b"), renamed("b", "a")]), undefined);
  assertEquals(fold([renamed("a", "b"), renamed("b", "c")]), {
    joined: [],
    left: [],
    renamed: [["a", "c"]],
  });
});

Deno.test("rowsOf() keeps announcements apart, and marks removed messages", () => {
  const messages = [
    at(1, "Ada"),
    message(2, { from: "Ada", at: noon, announcement: true }),
    at(3, "Ada"),
    message(4, { from: "Ada", at: noon, text: "", removed: true }),
    message(5, { from: "Mo", at: noon, text: "One was removed", removes: 4 }),
    at(6, "Ada"),
  ];
  assertEquals(short({ messages }), [
    "day",
    "[Ada] 1",
    "[Ada] 2",
    "[Ada] 3",
    "",
    "6",
  ]);
  const lines = rowsOf({ ...NOTHING, messages })
    .filter((row) => row.kind === "line");
  assertEquals(
    lines.map(({ removed, announcement }) => [removed, announcement]),
    [[false, false], [false, true], [false, false], [true, false], [
      false,
      false,
    ]],
  );
});

Deno.test("rowsOf() says once who removed a message: in its place, or in a note", () => {
  const gone = (seq: number) =>
    message(seq, { at: noon, text: "", removed: true });
  const messages = [
    ...[gone(1), gone(2), gone(3)],
    message(4, {
      from: "Server",
      at: noon,
      text: "A message was removed by its author",
      removes: 1,
    }),
    message(5, { from: "Mo", at: noon, text: "Removed", removes: 2 }),
    message(6, {
      from: "Server",
      at: noon,
      text: "A message was removed by a moderator",
      removes: 3,
    }),
  ];
  const rows = (from: number) =>
    rowsOf({ ...NOTHING, messages: messages.slice(from) })
      .flatMap((row) =>
        row.kind === "line"
          ? [row.remover]
          : row.kind === "remark"
          ? [row.kind]
          : []
      );
  assertEquals(rows(0), ["author", "moderator", "moderator"]);
  assertEquals(rows(2), ["moderator", "remark", "remark"]);
});
