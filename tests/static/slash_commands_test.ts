/** What one writes after a slash does something, or says why not. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { HELP } from "../../protocol/text_commands.ts";
import type { Moderation } from "../../client/hubbub.ts";
import {
  COMMANDS,
  type CommandTarget,
  completed,
  isCommand,
  matching,
  messageIn,
  runCommand,
} from "../../static/chat/model/slash_commands.ts";

/** A room that notes what is asked of it. */
function setup(members: readonly string[] = ["Ada", "Bob"]) {
  const asked: unknown[] = [];
  const target: CommandTarget = {
    members,
    count: members.length,
    moderate(act: Moderation) {
      asked.push(act);
      return Promise.resolve(undefined);
    },
    rename(name) {
      asked.push(name);
      return Promise.resolve(name);
    },
    open: (room) => void asked.push({ room }),
    leave: () => asked.push("leave") > 0,
  };
  return { asked, run: (text: string) => runCommand(text, target) };
}

Deno.test("no command is a message, and two slashes make it one", () => {
  for (const text of ["/ban Eve 10m", " /ban Eve", "\n/nick Ada", "/", "/x"]) {
    assert(isCommand(text), text);
  }
  for (const text of ["a /ban", "//ban", "1/2", ""]) {
    assert(!isCommand(text), text);
  }
  assertEquals(messageIn("//ban Eve"), "/ban Eve");
  assertEquals(messageIn(" a"), " a");
  assertEquals(messageIn("https://a.example"), "https://a.example");
});

Deno.test("every command of the help does something in the page", async () => {
  const said = HELP.flatMap((line) =>
    line.match(/^\/[a-z]+|(?<=and )\/[a-z]+/g) ?? []
  );
  const examples: Record<string, string> = {
    "/nick": "/nick Eve",
    "/join": "/join tea",
    "/remove": "/remove 7",
    "/kick": '/kick "Eve B" * spam',
    "/ban": "/ban Eve 10m",
    "/unban": "/unban Eve",
    "/slow": "/slow 10s",
    "/announce": "/announce Tea",
  };
  const { asked, run } = setup();
  for (const command of new Set(said)) {
    const { kind } = await run(examples[command ?? ""] ?? command ?? "");
    assert(["done", "told", "help"].includes(kind));
  }
  assertEquals(asked, [
    "Eve",
    { room: "tea" },
    { type: "remove", seq: 7 },
    "leave",
    { type: "kick", room: "*", name: "Eve B", reason: "spam" },
    { type: "ban", name: "Eve", forMs: 600_000 },
    { type: "unban", name: "Eve" },
    { type: "lock", locked: true },
    { type: "lock", locked: false },
    { type: "slow", everyMs: 10_000 },
    { type: "announce", text: "Tea" },
  ]);
});

Deno.test("an unknown or incomplete command says what to do", async () => {
  const { asked, run } = setup();
  await assertRejects(() => run("/me waves"), Error, "start a message with //");
  await assertRejects(() => run("/ban Eve"), Error, "such as /ban Eve 10m");
  await assertRejects(() => run("/ x"), Error, "/help");
  assertEquals(asked, []);
});

Deno.test("/who lists all members, however many", async () => {
  const words = async (count: number) => {
    const names = Array.from({ length: count }, (_, n) => `Ada ${n}`);
    const result = await setup(names).run("/who");
    return result.kind === "told" ? result.words : "";
  };
  assertEquals(await words(2), "Here now: Ada 0, Ada 1");
  assert((await words(60)).endsWith("Ada 49 and 10 more"));
});

Deno.test("commands are offered while their name is written", () => {
  assertEquals(
    matching("/", false).length,
    COMMANDS.filter((c) => !c.moderates).length,
  );
  assertEquals(matching("/b", false), []);
  assertEquals(matching("/b", true).map(({ usage }) => usage), [
    "/ban NAME TIME [*] [REASON]",
  ]);
  assertEquals(matching("/nick A", true), []);
  assertEquals(completed("/n", false), "/nick ");
  assertEquals(completed("/b", false), "/b");
  assertEquals(completed("/unl", true), "/unlock ");
  assertEquals(completed("/h", false), "/h");
  assertEquals(completed("hello", false), "hello");
});
