/** The page as a whole: what it says to its reader. */

import { assertEquals } from "@std/assert";
import { ChatModel } from "../../static/chat/model/chat_model.ts";
import { Memory } from "../../static/chat/model/browser_storage.ts";
import { World } from "../client/fakes.ts";

Deno.test("a notice stays until it is read, one that all went well for a moment", () => {
  const world = new World();
  const clock = { now: 1_000 };
  const waits: number[] = [];
  const chat = new ChatModel(
    world.client,
    new Memory({ getItem: () => null, setItem() {}, removeItem() {} }),
    {
      now: () => clock.now,
      monotonic: () => clock.now,
      changed() {},
      later: (ms) => waits.push(ms),
      opened() {},
      announce() {},
      attend() {},
    },
  );
  chat.say("It did not work");
  clock.now += 60_000;
  assertEquals(chat.notice, "It did not work");
  chat.confirm("Copied");
  assertEquals(chat.notice, "Copied");
  const [wait = 0] = waits;
  clock.now += wait - 1;
  assertEquals(chat.notice, "Copied");
  clock.now += 1;
  assertEquals(chat.notice, undefined);
  // The end of one is not that of the next.
  chat.say("It did not work");
  assertEquals(chat.notice, "It did not work");
  world.close();
});
