/** What a node makes of what others tell of their members. */

import { assertEquals } from "@std/assert";
import type { Doc, Engine } from "../../server/fleet/engine.ts";
import type { Roster } from "../../server/fleet/fleet.ts";
import { PresenceSync } from "../../server/fleet/presence_sync.ts";
import { createLogger } from "../../server/runtime/logger.ts";
import { FakeClock } from "../helpers/doubles/clock.ts";

/** A node's rosters, and what its hall was told of node `b`. */
async function hall() {
  const engine = {
    follow: () => Promise.resolve(),
    read: () => {
      const docs = stored.slice();
      const before = reading;
      return Promise.resolve().then(() => {
        before();
        return docs;
      });
    },
  } as Partial<Engine> as Engine;
  const stored: Doc[] = [];
  let reading = () => {};
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
  const docOf = (version: number, names: readonly string[]): Doc => ({
    node: "b",
    version,
    count: names.length,
    members: names.map((name) => [name, name]),
  });
  const hear = (version: number, ...names: string[]) =>
    presenceSync.hear("hall", docOf(version, names));
  return {
    presenceSync,
    told,
    hear,
    /** Replaces what the engine has of node `b`. */
    store(version: number, ...names: string[]) {
      stored.splice(0, 1, docOf(version, names));
    },
    /** Has something happen during the next reads. */
    during: (act: () => void) => void (reading = act),
  };
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

Deno.test("PresenceSync drops a node whose last message was lost, after two reads", async () => {
  const { presenceSync, told, hear } = await hall();
  hear(1, "Ada");
  await presenceSync.renew();
  assertEquals(told, [["Ada"]]);
  await presenceSync.refresh();
  assertEquals(told, [["Ada"], undefined]);
  await presenceSync.refresh();
  hear(2, "Ada");
  assertEquals(told, [["Ada"], undefined, ["Ada"]]);
});

Deno.test("PresenceSync keeps a node that writes again after the engine lost its data", async () => {
  const { presenceSync, told, hear, store } = await hall();
  hear(1, "Ada");
  await presenceSync.renew();
  store(2, "Ada");
  await presenceSync.refresh();
  await presenceSync.refresh();
  assertEquals(told, [["Ada"], ["Ada"]]);
});

Deno.test("PresenceSync keeps a node that it hears during a read", async () => {
  const { presenceSync, told, hear, during } = await hall();
  hear(1, "Ada");
  let version = 1;
  during(() => hear(++version, "Ada"));
  await presenceSync.renew();
  await presenceSync.renew();
  await presenceSync.renew();
  assertEquals(told.includes(undefined), false);
});
