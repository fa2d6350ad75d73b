/**
 * Property: whatever senders choose, no line of a dialect for people can be
 * taken for one of the server's, of somebody else's, or of the dialect's own.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { RandomInputs } from "../../fuzz/random_inputs.ts";
import { seeded } from "../../soak/random.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/message.ts";
import { checkName, nameKey, SERVER_NAME } from "../../protocol/names.ts";
import { simple } from "../../protocol/simple.ts";
import { nameInWords, shownName, text } from "../../protocol/text.ts";
import { messageLine, styleFor } from "../../client/terminal/words.ts";

/** What lines are made of, what looks like it, and what moves a cursor. */
const ALPHABET = [
  ..."[]():.,;\"'-# /\\AaBb1é",
  ..."［］【】〔〕⟦⟧⁅⁆❲❳「」：。，、“”«»",
  ..."\n\r\t\v\f\0\b\x1b\x07\x7f\x85\x9b\u2028\u2029",
  ..."\u034F\u00AD\u200B\u200D\u200E\u202E\u2066\u2069\uFEFF\u2800\u3164",
  ..."\u0301\u0489\u20E3שع😀",
  ...["\x1b[2K", "\x1b[1A", "\x1b]0;x\x07", "\r\n", "--- end of history ---"],
  ...["[Server]:", "Server", "]: ", " [", "Server]: Restart in 5 s [x"],
  ...[" has joined the chat.", " is now ", " and ", "/quit", "#7 "],
];
const ROUNDS = 3_000;
/** What terminals, editors and other languages' readers take for a line's end. */
const LINES = /\r\n|[\n\r\v\f\x85\u2028\u2029]/;
const SERVER_LINE = "[Server]: ";

function word(random: RandomInputs, most: number): string {
  const length = 1 + random.below(most);
  return Array.from({ length }, () => random.pick(ALPHABET)).join("");
}

/** A name that the server takes, sometimes of what it takes no longer. */
function name(random: RandomInputs): string {
  const wanted = word(random, 6);
  try {
    return checkName(wanted);
  } catch {
    return random.below(2) === 0 ? wanted : "Ada";
  }
}

/** Whether the server would let somebody have it. */
function isValid(wanted: string): boolean {
  try {
    checkName(wanted);
    return true;
  } catch {
    return false;
  }
}

function message(random: RandomInputs): Message {
  const more: readonly Partial<Message>[] = [
    {},
    { removed: true },
    { announcement: true },
    { removes: 1, from: SERVER_NAME },
    { guest: true },
    { imported: true },
  ];
  return {
    room: "hall",
    seq: 1 + random.below(9),
    at: 0,
    from: name(random),
    text: word(random, 12),
    ...random.pick(more),
  };
}

/** The lines of a frame: what a sender wrote may not begin one. */
function assertStructure(frame: string, starts: readonly string[]): void {
  const [first = "", ...more] = frame.split(LINES);
  const shown = JSON.stringify(frame);
  assert(starts.some((start) => first.startsWith(start)), shown);
  assert(more.every((line) => line.startsWith("    ")), shown);
  // deno-lint-ignore no-control-regex -- controls are what it is about
  assert(!/[\x00-\x08\x0B-\x1F\x7F-\x9F\u202A-\u202E]/.test(frame), shown);
}

/** Who a line says that it is by, and how that one is marked. */
function headOf(frame: string): [speaker: string, mark: string] {
  const [, speaker, mark] =
    /^\[([^\[\]]*)\]( \(guest\)| \(imported\)|): /u.exec(frame) ?? [];
  assert(speaker !== undefined, JSON.stringify(frame));
  return [speaker, mark ?? ""];
}

Deno.test("a message's lines are its sender's, whatever its name and text are", () => {
  const random = new RandomInputs(seeded(1));
  for (let round = 0; round < ROUNDS; round++) {
    const sent = message(random);
    const byServer = sent.removes !== undefined || sent.announcement === true;
    const [frame = ""] = text.encodeMessages([sent], false);
    const [speaker, mark] = headOf(frame);
    assertStructure(frame, [`[${speaker}]${mark}: `]);
    const marked = sent.guest ? "guest" : sent.imported ? "imported" : "";
    assertEquals(mark, marked === "" ? "" : ` (${marked})`);
    assertEquals(speaker, byServer ? SERVER_NAME : shownName(sent.from));
    if (!byServer && isValid(sent.from)) {
      assert(nameKey(speaker) !== nameKey(SERVER_NAME), frame);
    }
    const { sender } = JSON.parse(
      simple.encodeMessages([sent], false)[0] ?? "",
    );
    const named = sent.removes === undefined ? sent.from : SERVER_NAME;
    assertEquals(sender, named);
    // The terminal's are the same, behind the time.
    const line = messageLine(
      { ...sent, mine: false, replay: false },
      styleFor(false),
      {
        numbered: random.below(2) === 0,
      },
    );
    const [, rest = ""] = /^\d\d:\d\d(?: #\d+)? (.*)$/s.exec(line) ?? [];
    assertEquals(rest, frame);
  }
});

Deno.test("names in the server's lines neither begin a line nor make a sentence", () => {
  const random = new RandomInputs(seeded(2));
  const names = () =>
    Array.from({ length: random.below(4) }, () => name(random));
  for (let round = 0; round < ROUNDS; round++) {
    const events: readonly ServerEvent[] = [
      {
        type: "presence",
        room: "hall",
        joined: names(),
        left: names(),
        renamed: names().map((from) => [from, name(random)] as const),
        count: 3,
      },
      { type: "presence", room: "hall", members: names(), count: 3 },
      { type: "renamed", name: name(random) },
      { type: "done", message: word(random, 9) },
      {
        type: "error",
        code: "banned",
        message: word(random, 9),
        retryable: false,
        suggestion: name(random),
      },
    ];
    for (const event of events) {
      for (const frame of text.encode(event)) {
        assertStructure(frame, [SERVER_LINE]);
      }
      for (const frame of simple.encode(event)) JSON.parse(frame);
    }
  }
});

Deno.test("a name in a sentence is in quotation marks where it could be a part of it", () => {
  for (
    const plain of ["Ada", "Quiet Otter 2", "O'Brien", "Jean-Luc", "李小龍"]
  ) {
    assertEquals(nameInWords(plain), plain);
  }
  for (
    const name of [
      "Bob has left the chat",
      "x. Bob",
      "Ada, Bob",
      "Server: stop",
      'a "b" c',
      "[Server]",
      "a ]: b",
    ]
  ) {
    assertMatch(nameInWords(name), /^"[^"\[\]]+"$/);
  }
});

Deno.test("a history's lines are between the dialect's own, one a message", () => {
  const random = new RandomInputs(seeded(3));
  for (let round = 0; round < ROUNDS / 10; round++) {
    const messages = Array.from({ length: 5 }, () => message(random));
    const [start, ...rest] = text.encode({
      type: "history",
      room: "hall",
      epoch: "e",
      first: 1,
      head: 9,
      messages,
      numbered: true,
    });
    assertEquals([start, rest.pop()], [
      "--- 5 messages ---",
      "--- end of history ---",
    ]);
    assertEquals(rest.length, 5);
    for (const frame of rest) assertStructure(frame, ["#"]);
  }
});
