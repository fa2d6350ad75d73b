/** What the client of a lesson does on the lessons page. */

import { assertEquals } from "@std/assert";
import { CHATS } from "../../server/lessons/chats.ts";
import { LESSONS } from "../../server/lessons/table.ts";
import { transcript } from "../../server/lessons/transcript.ts";
import {
  react,
  type SampleTask,
} from "../../static/lessons/model/sample_run.ts";

const URL = "ws://127.0.0.1/";
const received = (task: SampleTask, data: unknown) =>
  react(task, { kind: "received", data }, 7);

Deno.test("a sample client sends the messages of its lesson's transcript", () => {
  for (const lesson of LESSONS) {
    const task = { url: URL, ...lesson };
    const steps = transcript(lesson);
    const opened = react(task, { kind: "opened" }, 7);
    assertEquals(opened.sends, lesson.says);
    for (const step of steps) {
      if (step.by === "client" || !("sends" in step)) continue;
      const { sends, closes } = received(task, step.sends);
      assertEquals(sends, []);
      assertEquals(closes, step.sends === lesson.closesOn);
    }
  }
});

Deno.test("a sample client of a chat gives a name first where one is asked for", () => {
  const [named] = CHATS;
  const task = { url: URL, ...named! };
  assertEquals(react(task, { kind: "opened" }, 7).sends, []);
  for (
    const question of ["Welcome. What is your name?", "What is your name?"]
  ) {
    assertEquals(received(task, `[Server]: ${question}`).sends, ["Ada 7"]);
  }
  assertEquals(received(task, "[Server]: You are in lesson.").sends, task.says);
  assertEquals(received(task, "[Bob]: What is your name?").sends, []);
});

Deno.test("a sample client shows binary, long and refused data in words", () => {
  const task = { url: URL, says: [] };
  const words = (data: unknown) => received(task, data).lines[0]?.text;
  assertEquals(words(new Blob()), "(binary data)");
  assertEquals(words("x".repeat(10_000))?.length, 501);
  const closed = (code: number, reason: string, wasOpen: boolean) =>
    react(task, { kind: "closed", code, reason, wasOpen }, 7).lines[0]?.text;
  assertEquals(closed(1013, "Full", true), "Closed with code 1013: Full");
  assertEquals(closed(1005, "", true), "Closed with code 1005");
  assertEquals(
    closed(1006, "", false),
    "Could not connect. Check that the server runs, then try again",
  );
});
