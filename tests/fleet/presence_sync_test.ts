/** What a node makes of what others tell of their members. */

import { assertEquals } from "@std/assert";
import type { Doc, Engine } from "../../server/fleet/engine.ts";
import type { Roster } from "../../server/fleet/fleet.ts";
import { PresenceSync } from "../../server/fleet/presence_sync.ts";
import { FakeClock } from "../helpers/doubles/clock.ts";
import { SILENCE } from "../helpers/doubles/silence.ts";

const LEASE_MS = 12_000;

/** A node's rosters, and what its hall was told of node `b`. */
async function hall() {
  const stored: Doc[] = [];
  let duringRead = () => {};
  const engine = {
    follow: () => Promise.resolve(),
    read: async () => {
      const docs = stored.slice();
      await Promise.resolve();
      duringRead();
      return docs;
    },
  } as Partial<Engine> as Engine;
  const clock = new FakeClock();
  const presenceSync = new PresenceSync({
    node: "a",
    engine,
    clock,
    log: SILENCE,
    leaseMs: LEASE_MS,
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
  return {
    clock,
    presenceSync,
    told,
    hear: (version: number, ...names: string[]) =>
      presenceSync.hear("hall", docOf(version, names)),
    /** Replaces what the engine has of node `b`. */
    store: (version: number, ...names: string[]) =>
      void stored.splice(0, 1, docOf(version, names)),
    /** Runs something during each read from now on. */
    during: (act: () => void) => void (duringRead = act),
  };
}

Deno.test("PresenceSync ignores documents older than the last one of a node", async () => {
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

Deno.test("PresenceSync drops a node whose last message was lost, after a lease", async () => {
  const { clock, presenceSync, told, hear } = await hall();
  hear(1, "Ada");
  await presenceSync.renew();
  clock.pass(LEASE_MS);
  await presenceSync.refresh();
  assertEquals(told, [["Ada"]]);
  clock.pass(1);
  await presenceSync.refresh();
  assertEquals(told, [["Ada"], undefined]);
  await presenceSync.refresh();
  hear(2, "Ada");
  assertEquals(told, [["Ada"], undefined, ["Ada"]]);
});

Deno.test("PresenceSync keeps a node that writes again after the engine lost its data", async () => {
  const { clock, presenceSync, told, hear, store } = await hall();
  hear(1, "Ada");
  await presenceSync.renew();
  clock.pass(LEASE_MS);
  await presenceSync.refresh();
  store(2, "Ada");
  clock.pass(1);
  await presenceSync.refresh();
  clock.pass(2 * LEASE_MS);
  await presenceSync.refresh();
  assertEquals(told, [["Ada"], ["Ada"]]);
});

Deno.test("PresenceSync keeps a node whose message arrives during a read", async () => {
  const { clock, presenceSync, told, hear, during } = await hall();
  hear(1, "Ada");
  let version = 1;
  during(() => hear(++version, "Ada"));
  for (let reads = 0; reads < 3; reads++) {
    await presenceSync.renew();
    clock.pass(2 * LEASE_MS);
  }
  assertEquals(told.includes(undefined), false);
});

Deno.test("PresenceSync does not count an outage of the engine against a missing node", async () => {
  const { clock, presenceSync, told, hear, during } = await hall();
  hear(1, "Ada");
  await presenceSync.renew();
  clock.pass(LEASE_MS);
  during(() => {
    throw new Error("out of reach");
  });
  await presenceSync.refresh();
  clock.pass(LEASE_MS);
  during(() => {});
  await presenceSync.refresh();
  clock.pass(LEASE_MS);
  await presenceSync.refresh();
  assertEquals(told, [["Ada"]]);
  clock.pass(1);
  await presenceSync.refresh();
  assertEquals(told, [["Ada"], undefined]);
});

Deno.test("PresenceSync reads a room again whose notifications were lost", async () => {
  const { presenceSync, told, hear, store } = await hall();
  hear(1, "Ada");
  store(2, "Ada", "Bob");
  presenceSync.missed("hall");
  await presenceSync.refresh();
  assertEquals(told, [["Ada"], ["Ada", "Bob"]]);
});
