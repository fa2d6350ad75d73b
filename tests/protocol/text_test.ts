import { assert, assertEquals } from "@std/assert";
import { HubbubError } from "../../protocol/errors.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import { list, printable, text } from "../../protocol/text.ts";

function request(frame: string, named = true): unknown {
  const [decoded] = text.decode(frame, { named });
  assert(decoded?.ok);
  return decoded.request;
}

Deno.test("text: the first frame is the name, also with a line break, also with a slash", () => {
  assertEquals(request("Ada\n", false), { type: "hello", name: "Ada" });
  assertEquals(request("/quit", false), { type: "hello", name: "/quit" });
});

for (
  const [frame, wanted] of [
    ["hi", { type: "publish", text: "hi" }],
    ["hi\r\n", { type: "publish", text: "hi" }],
    ["two\nlines", { type: "publish", text: "two\nlines" }],
    ["", { type: "publish", text: "" }],
    [" /who", { type: "publish", text: " /who" }],
    ["//who", { type: "publish", text: "/who" }],
    ["/help", { type: "help" }],
    ["/who ", { type: "who" }],
    ["/nick Ada  Lovelace", { type: "rename", name: "Ada Lovelace" }],
    ["/join hall", { type: "join", room: "hall", only: true }],
    ["/history", { type: "history", limit: 20 }],
    ["/history 3", { type: "history", limit: 3 }],
    ["/quit", { type: "quit" }],
    ["/remove 42", { type: "remove", seq: 42 }],
    ["/remove #42", { type: "remove", seq: 42 }],
    ["/remove", { type: "history", limit: 20, numbered: true }],
    ["/kick Bob", { type: "kick", name: "Bob" }],
    ["/kick Bob  no spam", { type: "kick", name: "Bob", reason: "no spam" }],
    ['/kick "Bob B" *', { type: "kick", room: "*", name: "Bob B" }],
    ["/kick Bob *** it", { type: "kick", name: "Bob", reason: "*** it" }],
    ["/ban Bob 10m", { type: "ban", name: "Bob", forMs: 600_000 }],
    ["/ban Bob 2h * spam", {
      type: "ban",
      room: "*",
      name: "Bob",
      forMs: 7_200_000,
      reason: "spam",
    }],
    ["/unban Bob", { type: "unban", name: "Bob" }],
    ["/unban Bob *", { type: "unban", room: "*", name: "Bob" }],
    ["/lock", { type: "lock", locked: true }],
    ["/unlock", { type: "lock", locked: false }],
    ["/slow 10s", { type: "slow", everyMs: 10_000 }],
    ["/slow off", { type: "slow", everyMs: 0 }],
    ["/announce Tea  is ready", { type: "announce", text: "Tea  is ready" }],
    ["/announce * Tea", { type: "announce", room: "*", text: "Tea" }],
  ] as const
) {
  Deno.test(`text: ${JSON.stringify(frame)} asks to ${wanted.type}`, () => {
    assertEquals(request(frame), wanted);
  });
}

for (
  const [frame, words] of [
    ["/dance", 'Unknown command "/dance"'],
    ["/", 'Unknown command "/"'],
    ["/WHO", 'Unknown command "/WHO"'],
    ["/nick", "/nick needs a name, such as /nick Ada"],
    ["/join", "/join needs a room, such as /join lobby"],
    ["/history x", "/history needs a number, such as /history 20"],
    ["/history 0", "/history needs a number"],
    ["/history 1.5", "/history needs a number"],
    ["/remove x", "/remove needs the number of a message, such as /remove 42"],
    ["/remove 0", "/remove needs the number of a message"],
    ["/kick", "/kick needs a name, such as /kick Eve"],
    ["/ban Bob", "/ban needs a time, such as /ban Eve 10m"],
    ["/ban Bob soon", "/ban needs a time"],
    ["/unban", "/unban needs a name"],
    ["/slow", "/slow needs a time, or off, such as /slow 10s"],
    ["/announce *", "/announce needs a text"],
    // Words behind these would be lost.
    ["/quit smoking is hard", "/quit takes no words after it. Write /quit"],
    ["/who attic", "/who takes no words after it. Write /who alone"],
    ["/help lock", "/help takes no words after it"],
    ["/lock attic", "/lock takes no words after it"],
    ["/unlock attic", "/unlock takes no words after it"],
    ["/unban Ann Lee", "/unban takes one name. Put a name with spaces in quot"],
    ["/unban Eve * now", "/unban takes one name"],
  ] as const
) {
  Deno.test(`promise 7: text: ${frame} is answered with the reason`, () => {
    const [decoded] = text.decode(frame, { named: true });
    assert(decoded?.ok === false && decoded.error instanceof HubbubError);
    assertEquals(decoded.error.code, "unknown_command");
    assert(decoded.error.message.startsWith(words), decoded.error.message);
  });
}

Deno.test("text: special messages are marked in words", () => {
  const message = { room: "hall", seq: 1, from: "Bob", at: 0, text: "Hi" };
  assertEquals(
    text.encodeMessages([
      { ...message, text: "", removed: true },
      { ...message, text: "A message by Bob was removed", removes: 1 },
      { ...message, announcement: true },
    ], false),
    [
      "[Bob]: (removed)",
      "[Server]: A message by Bob was removed.",
      "[Server]: Announcement by Bob: Hi",
    ],
  );
});

const PRESENCE = { type: "presence", room: "hall", count: 2 } as const;

for (
  const [title, event, lines] of [
    ["asking for a name", { type: "name_wanted" }, [
      "[Server]: Welcome. What is your name?",
    ]],
    ["asking again", { type: "name_wanted", again: true }, [
      "[Server]: What is your name?",
    ]],
    ["what holds in a room", {
      type: "rules",
      room: "hall",
      locked: true,
      slowMs: 10_000,
    }, [
      "[Server]: This room is locked: only moderators can write.",
      "[Server]: Slow mode: one message per person every 10 seconds.",
    ]],
    ["that nothing special holds", {
      type: "rules",
      room: "hall",
      locked: false,
      slowMs: 0,
    }, ["[Server]: Everyone can write at any time."]],
    ["why one has to go", {
      type: "left",
      room: "hall",
      code: "banned",
      message: "Ada has kicked you",
    }, ["[Server]: Ada has kicked you."]],
    ["what was done", { type: "done", message: "Done so" }, [
      "[Server]: Done so.",
    ]],
    ["messages by number", {
      type: "history",
      room: "hall",
      epoch: "e",
      first: 1,
      head: 7,
      messages: [{ seq: 7, from: "Bob", text: "Hi", at: 0 }],
      numbered: true,
    }, ["--- 1 message ---", "#7 [Bob]: Hi", "--- end of history ---"]],
    ["who came", { ...PRESENCE, joined: ["Ada"] }, [
      "[Server]: Ada has joined the chat.",
    ]],
    ["who left", { ...PRESENCE, left: ["Alice", "Bob"] }, [
      "[Server]: Alice has left the chat.",
      "[Server]: Bob has left the chat.",
    ]],
    ["a rename", {
      ...PRESENCE,
      joined: ["Rob"],
      left: ["Bob"],
      renamed: [["Bob", "Rob"]],
    }, ["[Server]: Bob is now Rob."]],
    ["everyone", { ...PRESENCE, members: ["Ada", "Bob", "Eve"] }, [
      "[Server]: Here now: Ada, Bob and Eve.",
    ]],
    ["the end of a replay", { type: "live", room: "hall" }, [
      "--- end of history ---",
    ]],
    ["a gap", { type: "gap", room: "hall", from: 3, to: 7 }, [
      "--- 5 messages are no longer kept ---",
    ]],
    ["an error", {
      type: "error",
      code: "name_taken",
      message: 'The name "Ada" is taken. Choose another one',
      retryable: false,
      suggestion: "Ada 2",
    }, [
      '[Server]: The name "Ada" is taken. Choose another one. Ada 2 is available.',
    ]],
    ["the own name", { type: "renamed", name: "Ada" }, [
      "[Server]: You are now Ada.",
    ]],
    ["an ack, which has no words", { type: "ack", room: "hall", seq: 1 }, []],
    ["typing, which has no words", {
      type: "typing",
      room: "hall",
      from: "Ada",
    }, []],
  ] as [string, ServerEvent, string[]][]
) {
  Deno.test(`text: sends ${title}`, () => {
    assertEquals(text.encode(event), lines);
  });
}

Deno.test("text: marks where the history begins, when there is one", () => {
  const joined = {
    type: "joined",
    room: "hall",
    epoch: "e",
    head: 5,
    after: 2,
    recovered: "none",
    missed: 0,
    count: 1,
    members: ["Ada"],
    rights: ["read", "write"],
  } as const;
  assertEquals(text.encode(joined), [
    "[Server]: You are in hall. Here now: Ada. /help lists commands.",
    "--- the last 3 messages ---",
  ]);
  assertEquals(
    text.encode({ ...joined, after: 4 })[1],
    "--- the last 1 message ---",
  );
  assertEquals(text.encode({ ...joined, after: 5 }).length, 1);
});

Deno.test("text: a message is one line and cannot imitate another message or move the cursor", () => {
  const nasty = "hi\n[Server]: you won\r\u001b[2J\u009b1m\u0000";
  const lines = text.encodeMessages(
    [{ room: "hall", seq: 1, from: "Eve", text: nasty, at: 0 }],
    false,
  );
  assertEquals(lines, ["[Eve]: hi\n    [Server]: you won[2J1m"]);
});

Deno.test("printable() leaves tabs, letters and emoji alone", () => {
  assertEquals(printable("a\tb é 李 👩‍💻"), "a\tb é 李 👩‍💻");
});

Deno.test("list() writes names as people do", () => {
  assertEquals([[], ["Ada"], ["Ada", "Bob"], ["Ada", "Bob", "Eve"]].map(list), [
    "nobody",
    "Ada",
    "Ada and Bob",
    "Ada, Bob and Eve",
  ]);
});
