/** Dialect `sse`: events whose ids are cursors. */

import { assertEquals } from "@std/assert";
import type { Message } from "../../protocol/message.ts";
import { comeBackIn, cursorOf, eventIn, sse } from "../../protocol/sse.ts";

const message: Message = {
  room: "hall",
  seq: 7,
  from: "Ada",
  text: "one\ntwo",
  at: 1_000,
};

Deno.test("sse writes a message as an event, whatever is in its text", () => {
  const [frame = ""] = sse.encodeMessages([message], false);
  assertEquals(
    eventIn("e1", frame),
    'id: e1:7\ndata: {"room":"hall","seq":7,"from":"Ada","text":"one\\ntwo",' +
      '"at":1000}\n\n',
  );
});

Deno.test("sse writes one frame for each message, live or not", () => {
  const messages = [message, { ...message, seq: 8, cid: "c" }];
  const frames = sse.encodeMessages(messages, true);
  assertEquals(frames.length, 2);
  assertEquals(frames, sse.encodeMessages(messages, false));
});

Deno.test("sse writes where a reader begins, and which messages are gone", () => {
  const [joined = ""] = sse.encode({
    rights: ["read", "write"],
    type: "joined",
    room: "hall",
    epoch: "e1",
    head: 9,
    after: 4,
    recovered: "partial",
    missed: 2,
    count: 1,
    members: ["Ada"],
  });
  assertEquals(
    eventIn("e1", joined),
    'id: e1:4\nevent: joined\ndata: {"room":"hall","epoch":"e1","head":9,' +
      '"after":4,"recovered":"partial","missed":2,"count":1}\n\n',
  );
  const [gap = ""] = sse.encode({ type: "gap", room: "hall", from: 5, to: 6 });
  assertEquals(
    eventIn("e1", gap),
    'id: e1:6\nevent: gap\ndata: {"room":"hall","from":5,"to":6}\n\n',
  );
});

Deno.test("sse leaves out joins and leaves", () => {
  assertEquals(
    sse.encode({ type: "presence", room: "hall", count: 1, left: ["Ada"] }),
    [],
  );
  assertEquals(sse.encode({ type: "live", room: "hall" }), []);
});

Deno.test("comeBackIn() sets the time of a reader's next try", () => {
  assertEquals(comeBackIn(250), "retry: 250\n\n");
});

Deno.test("cursorOf() reads the id of an event, whatever the epoch", () => {
  assertEquals(cursorOf("e1:7"), { epoch: "e1", seq: 7 });
  assertEquals(cursorOf("a:b:7"), { epoch: "a:b", seq: 7 });
  assertEquals(cursorOf(":0"), { epoch: "", seq: 0 });
  for (const id of ["", "7", "e1:", "e1:-1", "e1:7x", "e1:1234567890123456"]) {
    assertEquals(cursorOf(id), undefined, id);
  }
});
