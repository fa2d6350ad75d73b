/**
 * A fault of one room, one session or one message stays there (promise 11):
 * every call that the hub makes of a store, a fleet, a room, a reader and a
 * socket goes wrong once, in the room `broken` or for Eve. Nobody in the other
 * room notices, and afterwards all of it works again.
 */

import { assert } from "@std/assert";
import { Room } from "../../../server/rooms/room.ts";
import {
  failOnce,
  IsolationBench,
  type Person,
  type Wrong,
} from "../../helpers/benches/isolation_bench.ts";

/** Runs all of it with one fault. */
async function withFault(
  inject: (made: IsolationBench) => ReturnType<typeof failOnce>,
): Promise<void> {
  const made = await IsolationBench.open();
  const fault = inject(made);
  try {
    await made.live();
    assert(fault.fired(), "the fault has happened");
    await made.check();
  } finally {
    fault.restore();
  }
}

// deno-lint-ignore no-explicit-any -- arguments of calls of every kind
type Args = any[];

/** Store calls, and which of them are about the room. */
const STORE: Readonly<Record<string, (args: Args) => boolean>> = {
  append: ([drafts]) =>
    drafts.some(({ room }: { room: string }) => room === "broken"),
  follow: ([room]) => room === "broken",
  unfollow: ([room]) => room === "broken",
  read: ([room]) => room === "broken",
  keep: () => true,
  trim: () => true,
  check: () => true,
};

for (const [name, concerns] of Object.entries(STORE)) {
  for (const how of ["throws", "rejects"] as const satisfies Wrong[]) {
    if (how === "rejects" && name === "unfollow") continue;
    Deno.test(`promise 11: a store whose ${name}() ${how} once affects no other room`, () =>
      withFault(({ bench }) => {
        // A check is made of a store that is in doubt.
        if (name === "check") bench.store.failing.add("trim");
        return failOnce(bench.store, name, {
          how,
          concerns: (_, args) => {
            bench.store.failing.delete("trim");
            return concerns(args);
          },
        });
      }));
  }
}

for (
  const [name, concerns] of Object.entries(
    {
      claim: ([{ name }]) => name === "Eve",
      rename: () => true,
      release: () => true,
      enter: ([room]) => room === "broken",
    } satisfies Record<string, (args: Args) => boolean>,
  )
) {
  for (const how of ["throws", "rejects"] as const) {
    if (how === "rejects" && name === "release") continue;
    Deno.test(`promise 11: a fleet whose ${name}() ${how} once affects no other room`, () =>
      withFault(({ bench }) =>
        failOnce(bench.fleet, name, {
          how,
          concerns: (_, args) => concerns(args),
        })
      ));
  }
}

for (const name of ["changed", "typing", "leave"]) {
  Deno.test(`promise 11: a fleet that fails once at ${name}() of one room affects no other room`, () =>
    withFault((made) => {
      let fault: ReturnType<typeof failOnce> | undefined;
      const { fleet } = made.bench;
      const enter = fleet.enter.bind(fleet);
      fleet.enter = (room, local) => {
        const here = enter(room, local);
        if (room === "broken") fault ??= failOnce(made.here ?? {}, name);
        return here;
      };
      return {
        fired: () => fault?.fired() ?? false,
        restore() {},
      };
    }));
}

/** Calls that do nothing but clean up after a fault. */
const CLEANING: ReadonlySet<string> = new Set(["disband"]);
/** What only a room of many members does. */
const OF_MANY: ReadonlySet<string> = new Set(["looksAgain"]);

for (const name of Object.getOwnPropertyNames(Room.prototype)) {
  if (name === "constructor" || CLEANING.has(name) || OF_MANY.has(name)) {
    continue;
  }
  Deno.test(`promise 11: a room that fails once at "${name}" harms no other room`, () =>
    withFault(() =>
      failOnce(Room.prototype, name, {
        concerns: (self: Room) => nameOf(self) === "broken",
      })
    ));
}

/** The name of a room, whatever of it fails. */
function nameOf(room: Room): string {
  return Object.getOwnPropertyDescriptor(room, "name")?.value;
}

/** Injects a fault into what is Eve's, once she comes. */
function atEve(part: (eve: Person) => object, name: string) {
  return withFault((made) => {
    const faults: ReturnType<typeof failOnce>[] = [];
    made.prepare = (eve) => {
      const happened = faults.some((fault) => fault.fired());
      if (!happened) faults.push(failOnce(part(eve), name));
    };
    return {
      fired: () => faults.some((fault) => fault.fired()),
      restore() {},
    };
  });
}

for (const name of ["send", "buffered", "open", "close"]) {
  Deno.test(`promise 11: a socket that fails once at "${name}" affects no other client`, () =>
    atEve(({ socket }) => socket, name));
}

const READER = ["ready", "writable", "send", "tell", "note", "flush", "end"];

for (const name of READER) {
  Deno.test(`promise 11: a reader that fails once at "${name}" affects no other client`, () =>
    atEve(({ connection }) => connection, name));
}
