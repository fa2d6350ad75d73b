/** What a node makes of what others tell of their members. */

import { assertEquals } from "@std/assert";
import type { Engine } from "../../server/fleet/engine.ts";
import type { Roster } from "../../server/fleet/fleet.ts";
import { PresenceSync } from "../../server/fleet/presence_sync.ts";
import { createLogger } from "../../server/runtime/logger.ts";
import { FakeClock } from "../helpers/doubles/clock.ts";

/** A node's rosters, and what its hall was told of node `b`. */
async function hall() {
  const engine = {
    follow: () => Promise.resolve(),
    read: () => Promise.resolve([]),
  } as Partial<Engine> as Engine;
  const presenceSync = new PresenceSync({
    node: "a",
    engine,
    clock: new FakeClock(),
    log: createLogger({
      level: "error",
      pretty: true,
      now: () => 0,
      write() {},
    }),
  });
  const told: (string[] | undefined)[] = [];
  await presenceSync.enter("hall", {
    roster: () => ({ count: 0 }),
    elsewhere: (_, roster: Roster | undefined) =>
      void told.push(roster && [...roster.members?.values() ?? []]),
    typing() {},
  });
  const hear = (version: number, ...names: string[]) =>
    presenceSync.hear("hall", {
      node: "b",
      version,
      count: names.length,
      members: names.map((name) => [name, name]),
    });
  return { presenceSync, told, hear };
}

Deno.test("PresenceSync does not believe what a node told before what was heard of it last", async () => {
  const { told, hear } = await hall();
  hear(2, "Ada", "Bob");
  hear(1, "Ada");
  hear(2, "Kim");
  assertEquals(told, [["Ada", "Bob"]]);
  hear(3);
  hear(2, "Ada", "Bob");
  assertEquals(told, [["Ada", "Bob"], undefined]);
});

Deno.test("PresenceSync believes a node anew that was thought dead, whatever its versions", async () => {
  const { presenceSync, told, hear } = await hall();
  hear(5, "Ada");
  presenceSync.removeNodes(["b"]);
  hear(1, "Kim");
  assertEquals(told, [["Ada"], undefined, ["Kim"]]);
});
