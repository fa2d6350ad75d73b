import { assert, assertEquals } from "@std/assert";
import { HubbubError } from "../../protocol/errors.ts";
import type { Message } from "../../protocol/message.ts";
import { v1 } from "../../protocol/v1.ts";

const STATE = { named: true };

function decodeOne(line: unknown) {
  const frame = typeof line === "string" ? line : JSON.stringify(line);
  const decoded = [...v1.decode(frame, STATE)];
  assertEquals(decoded.length, 1);
  return decoded[0]!;
}

for (
  const line of [
    { type: "hello" },
    { type: "hello", name: "Ada", token: "t", id: 1 },
    { type: "hello", batch: true },
    { type: "join", room: "hall" },
    { type: "join", room: "hall", since: { epoch: "e", seq: 0 }, limit: 0 },
    { type: "leave", room: "hall", id: "x" },
    { type: "publish", room: "hall", text: "", cid: "c" },
    { type: "history", room: "hall", before: 9, limit: 2 },
    { type: "history", room: "hall", after: 0 },
    { type: "who", room: "hall" },
    { type: "typing", room: "hall" },
    { type: "rename", name: "" },
    { type: "ping", id: 0 },
    { type: "remove", room: "hall", seq: 7 },
    { type: "kick", room: "*", name: "Bob", reason: "spam" },
    { type: "ban", room: "hall", name: "Bob", forMs: 1, withAddress: true },
    { type: "ban", room: "hall", user: "u1", forMs: 1 },
    { type: "ban", room: "hall", address: "192.0.2.7", forMs: 1 },
    { type: "unban", room: "hall", name: "Bob" },
    { type: "lock", room: "hall", locked: false },
    { type: "slow", room: "hall", everyMs: 0 },
    { type: "announce", room: "*", text: "Tea" },
  ]
) {
  Deno.test(`hubbub.v1: reads ${JSON.stringify(line)}`, () => {
    const decoded = decodeOne(line);
    assert(decoded.ok);
    // As it travels: what is absent may be undefined.
    assertEquals(JSON.parse(JSON.stringify(decoded.request)), line);
  });
}

Deno.test("hubbub.v1: ignores fields it does not know, and takes null for absent", () => {
  const decoded = decodeOne({
    type: "join",
    room: "hall",
    since: null,
    limit: null,
    id: null,
    only: true,
    later: { x: 1 },
  });
  assert(decoded.ok);
  assertEquals(JSON.parse(JSON.stringify(decoded.request)), {
    type: "join",
    room: "hall",
  });
});

for (
  const [line, code, words] of [
    ["", "bad_json", ""],
    ["nonsense", "bad_json", ""],
    ["[]", "bad_json", ""],
    ["null", "bad_json", ""],
    ["5", "bad_json", ""],
    ['"ping"', "bad_json", ""],
    ["[".repeat(100_000), "bad_json", ""],
    [{}, "bad_field", '"type" must be a string'],
    [{ type: 5 }, "bad_field", '"type"'],
    [{ type: "dance" }, "unknown_type", "hello, join"],
    [{ type: "quit" }, "unknown_type", ""],
    [{ type: "help" }, "unknown_type", ""],
    [{ type: "constructor" }, "unknown_type", ""],
    [{ type: "__proto__" }, "unknown_type", ""],
    [{ type: "join" }, "bad_field", '"room" must be a string'],
    [{ type: "join", room: ["a"] }, "bad_field", '"room"'],
    [{ type: "join", room: "a", since: 5 }, "bad_field", '"since"'],
    [{ type: "join", room: "a", since: {} }, "bad_field", '"since"'],
    [
      { type: "join", room: "a", since: { epoch: "e", seq: -1 } },
      "bad_field",
      '"since"',
    ],
    [
      { type: "join", room: "a", since: { epoch: "e", seq: 1.5 } },
      "bad_field",
      '"since"',
    ],
    [{ type: "join", room: "a", limit: -1 }, "bad_field", '"limit"'],
    [{ type: "join", room: "a", limit: "9" }, "bad_field", '"limit"'],
    [{ type: "publish", room: "a" }, "bad_field", '"text"'],
    [{ type: "publish", room: "a", text: 5 }, "bad_field", '"text"'],
    [{ type: "publish", room: "a", text: "x", cid: "" }, "bad_field", '"cid"'],
    [
      { type: "publish", room: "a", text: "x", cid: "c".repeat(65) },
      "bad_field",
      "1 to 64",
    ],
    [
      { type: "publish", room: "a", text: "x", cid: "a\0b" },
      "bad_field",
      '"cid"',
    ],
    [
      '{"type":"publish","room":"a","text":"x","cid":"\\ud800"}',
      "bad_field",
      '"cid"',
    ],
    [{ type: "history", room: "a", before: "x" }, "bad_field", '"before"'],
    [{ type: "rename" }, "bad_field", '"name"'],
    [{ type: "hello", name: 5 }, "bad_field", '"name"'],
    [{ type: "hello", name: "" }, "bad_name", "no visible character"],
    [{ type: "hello", name: "n".repeat(257) }, "bad_name", "more than 32"],
    [{ type: "hello", token: "t".repeat(513) }, "bad_field", '"token"'],
    [{ type: "ping", id: {} }, "bad_field", '"id"'],
    [{ type: "ping", id: "i".repeat(65) }, "bad_field", '"id"'],
  ] as [unknown, string, string][]
) {
  const title = JSON.stringify(line).slice(0, 70);
  Deno.test(`promise 7: hubbub.v1: ${title} is ${code}`, () => {
    const decoded = decodeOne(line);
    assert(!decoded.ok && decoded.error instanceof HubbubError);
    assertEquals(decoded.error.code, code);
    assert(decoded.error.message.includes(words), decoded.error.message);
  });
}

Deno.test("hubbub.v1: an error keeps the id of its request", () => {
  const decoded = decodeOne({ type: "dance", id: "x" });
  assert(!decoded.ok);
  assertEquals(decoded.id, "x");
});

Deno.test("promise 5: hubbub.v1: a line that makes no sense spoils none beside it", () => {
  const lines = ['{"type":"ping"}', "nonsense", "", "  ", '{"type":"ping"}\r'];
  const decoded = [...v1.decode(lines.join("\n") + "\n", STATE)];
  assertEquals(decoded.map(({ ok }) => ok), [true, false, true]);
});

const message: Message = {
  room: "hall",
  seq: 1,
  from: "Ada",
  text: "a\nb",
  at: 7,
};

Deno.test("hubbub.v1: an event is one line, whatever its text", () => {
  const [line = ""] = v1.encodeMessages([message], false);
  assert(!line.includes("\n"));
  assertEquals(JSON.parse(line), { type: "message", ...message });
});

Deno.test("hubbub.v1: a message has only the fields that are known", () => {
  const stored = { ...message, author: "secret-id" };
  for (const dialect of [v1, v1.batched!]) {
    assert(!dialect.encodeMessages([stored], true).join().includes("secret"));
  }
});

Deno.test("hubbub.v1: in batches, messages stored together are one run", () => {
  const messages: Message[] = [
    message,
    { ...message, seq: 2, from: "Bob", cid: "c" },
    { ...message, seq: 3, at: 8 },
  ];
  const lines = v1.batched!.encodeMessages(messages, true);
  assertEquals(lines.map((line) => JSON.parse(line)), [
    {
      type: "messages",
      room: "hall",
      first: 1,
      at: 7,
      replay: true,
      items: [["Ada", "a\nb"], ["Bob", "a\nb", "c"]],
    },
    {
      type: "messages",
      room: "hall",
      first: 3,
      at: 8,
      replay: true,
      items: [["Ada", "a\nb"]],
    },
  ]);
});

Deno.test("hubbub.v1: has no lines for notices to people", () => {
  assertEquals(v1.encode({ type: "name_wanted" }), []);
  assertEquals(v1.encode({ type: "help" }), []);
});

Deno.test("hubbub.v1: leaves out absent fields", () => {
  assertEquals(v1.encode({ type: "pong", id: undefined }), ['{"type":"pong"}']);
});

Deno.test("hubbub.v1: a special message has its own field, also in a run", () => {
  const plain = (seq: number): Message => ({
    room: "hall",
    seq,
    from: "Ada",
    text: `${seq}`,
    at: 1,
  });
  const messages: Message[] = [
    plain(1),
    { ...plain(2), text: "", removed: true },
    plain(3),
    { ...plain(4), removes: 2 },
    { ...plain(5), announcement: true },
  ];
  const events = (strings: readonly string[] = []) =>
    strings.map((string) => JSON.parse(string));
  assertEquals(
    events(v1.encodeMessages(messages, false)),
    messages.map((message) => ({ type: "message", ...message })),
  );
  const run = { type: "messages", room: "hall", at: 1 };
  assertEquals(events(v1.batched?.encodeMessages(messages, false)), [
    { ...run, first: 1, items: [["Ada", "1"]] },
    { type: "message", ...messages[1] },
    { ...run, first: 3, items: [["Ada", "3"]] },
    { type: "message", ...messages[3] },
    { type: "message", ...messages[4] },
  ]);
});
