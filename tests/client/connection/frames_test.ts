import { assertEquals } from "@std/assert";
import { fromFrame, toFrames } from "../../../client/connection/frames.ts";

Deno.test("toFrames() puts requests into one frame, a line each", () => {
  assertEquals(toFrames([{ type: "hello" }, { type: "ping" }]), [
    '{"type":"hello"}\n{"type":"ping"}',
  ]);
  assertEquals(toFrames([]), []);
});

Deno.test("toFrames() cuts where a frame would be too big, between lines", () => {
  const text = "x".repeat(6_000);
  const publish = { type: "publish", room: "lobby", text } as const;
  const frames = toFrames(Array(5).fill(publish));
  assertEquals(frames.map((frame) => frame.split("\n").length), [2, 2, 1]);
});

Deno.test("fromFrame() passes over lines that make no sense", () => {
  assertEquals(
    fromFrame('{"type":"pong"}\nnonsense\n\nnull\n[1]\n{"a":1}\n{"type":"x"}')
      .map((event) => event.type as string),
    ["pong"],
  );
});

Deno.test("fromFrame() makes messages of a run", () => {
  const items = [["Ada", "a"], ["Bob", "b", "c1"]];
  const run = { type: "messages", room: "lobby", first: 7, at: 5, items };
  const message = { type: "message", room: "lobby", at: 5 };
  assertEquals(fromFrame(JSON.stringify(run)) as object[], [
    { ...message, seq: 7, from: "Ada", text: "a" },
    { ...message, seq: 8, from: "Bob", text: "b", cid: "c1" },
  ]);
});
