import { assertEquals } from "@std/assert";
import type { ServerEvent } from "../../protocol/events.ts";
import { simple } from "../../protocol/simple.ts";

function objects(event: ServerEvent): unknown[] {
  return simple.encode(event).map((frame) => JSON.parse(frame));
}

for (const frame of ["hi", "", "/who", '{"type":"ping"}', "a\nb", "\ud800"]) {
  Deno.test(`simple: ${JSON.stringify(frame)} is a message's text as it is`, () => {
    assertEquals(simple.decode(frame, { named: true }), [
      { ok: true, request: { type: "publish", text: frame } },
    ]);
  });
}

Deno.test("simple: a message is an object with sender and message", () => {
  const message = { room: "hall", seq: 3, from: "Ada", text: "hi", at: 7 };
  const [frame = ""] = simple.encodeMessages([message], false);
  const wanted = { sender: "Ada", message: "hi", room: "hall", seq: 3, at: 7 };
  assertEquals(JSON.parse(frame), wanted);
  const [replayed = ""] = simple.encodeMessages([message], true);
  assertEquals(JSON.parse(replayed), { ...wanted, replay: true });
});

Deno.test("simple: a leave reads as the lesson has it", () => {
  const [left] = objects({
    type: "presence",
    room: "hall",
    left: ["Ada"],
    count: 1,
  });
  assertEquals(left, {
    sender: "Ada",
    message: "Client disconnected",
    event: "left",
    room: "hall",
    count: 1,
  });
});

for (
  const [title, event, wanted] of [
    ["a join", { type: "presence", room: "r", joined: ["Ada"], count: 2 }, [
      ["Ada", "Client connected", "joined"],
    ]],
    ["a rename", {
      type: "presence",
      room: "r",
      joined: ["Rob"],
      left: ["Bob"],
      renamed: [["Bob", "Rob"]],
      count: 2,
    }, [["Bob", "Now known as Rob", "renamed"]]],
    ["everyone", {
      type: "presence",
      room: "r",
      members: ["Ada", "Bob"],
      count: 2,
    }, [["Server", "Ada and Bob", "here"]]],
    ["a gap", { type: "gap", room: "r", from: 2, to: 4 }, [
      ["Server", "3 messages are no longer kept", "gap"],
    ]],
    ["an error", {
      type: "error",
      code: "empty",
      message: "The message is empty",
      retryable: false,
    }, [["Server", "The message is empty", "error"]]],
    ["a restart", { type: "reconnect", afterMs: 5 }, [
      [
        "Server",
        "The server is restarting. Reconnect in a moment",
        "reconnect",
      ],
    ]],
    ["an ack, which it has no words for", {
      type: "ack",
      room: "r",
      seq: 1,
    }, []],
  ] as [string, ServerEvent, unknown[]][]
) {
  Deno.test(`simple: sends ${title}`, () => {
    const told = objects(event) as Record<string, unknown>[];
    assertEquals(
      told.map((frame) => [frame["sender"], frame["message"], frame["event"]]),
      wanted as unknown[][],
    );
  });
}

Deno.test("simple: a welcome has the name, but no secret", () => {
  const [welcome] = objects({
    type: "welcome",
    session: "s1",
    name: "Quiet Otter",
    token: "s1.secret",
    resumed: false,
    limits: { text: 1, rate: 1, history: 1, idleSeconds: 1 },
  });
  assertEquals(welcome, {
    sender: "Server",
    message: "You are Quiet Otter",
    event: "welcome",
    name: "Quiet Otter",
  });
});
