/** Who is in a room of several nodes: what is told of it. */

import { assertEquals } from "@std/assert";
import type { PresenceEvent } from "../../../protocol/events.ts";
import type { Roster } from "../../../server/fleet/fleet.ts";
import { monotonicAt, msAfter } from "../../../server/runtime/clock.ts";
import { MOST_LISTED, Presence } from "../../../server/rooms/presence.ts";
import { numbers } from "../../helpers/doubles/reader.ts";

/** So many of one node, by session `NODE.N`. */
function crowd(node: string, count: number): Roster {
  return {
    count,
    ...(count <= MOST_LISTED && {
      members: new Map(
        numbers(1, count).map((n) => [`${node}.${n}`, `${node} ${n}`]),
      ),
    }),
  };
}

/** Somebody by one session. */
function just(session: string, name: string): Roster {
  return { count: 1, members: new Map([[session, name]]) };
}

/** A room's presence, and a time that passes by hand. */
class Bench extends Presence {
  #now = monotonicAt(0);

  constructor() {
    super("hall");
  }

  pass(ms: number): void {
    this.#now = msAfter(this.#now, ms);
  }

  /** What is told before the messages. */
  told(): PresenceEvent[] {
    return this.came(this.#now);
  }

  /** The only event that is told before the messages. */
  first(): PresenceEvent | undefined {
    const [event, ...more] = this.told();
    assertEquals(more, []);
    return event;
  }

  /** The only event that is told after the messages. */
  last(): PresenceEvent | undefined {
    const [event, ...more] = this.went(this.#now);
    assertEquals(more, []);
    return event;
  }

  get waits(): boolean {
    return this.waitMs(this.#now) !== undefined;
  }

  /** What is told last when nobody comes or goes for ten seconds. */
  later(): PresenceEvent | undefined {
    let told: PresenceEvent | undefined;
    for (let s = 0; s < 10; s++) {
      this.pass(1_000);
      told = this.first() ?? this.last() ?? told;
    }
    return told;
  }
}

/** Ada is here and knows it. */
function withAda(): Bench {
  const presence = new Bench();
  presence.enter("Ada");
  presence.first();
  return presence;
}

Deno.test("Presence counts and lists those of other nodes", () => {
  const presence = withAda();
  presence.elsewhere("n", just("s", "Bob"));
  const { joined, count } = presence.first() ?? {};
  assertEquals([joined, count], [["Bob"], 2]);
  assertEquals(presence.all().members, ["Ada", "Bob"]);
  presence.elsewhere("n", undefined);
  assertEquals(presence.last()?.left, ["Bob"]);
  assertEquals(presence.last(), undefined);
});

Deno.test("Presence reports nothing when a user moves between nodes, in any order of events", () => {
  const presence = withAda();
  presence.elsewhere("n", just("s", "Bob"));
  presence.first();
  presence.elsewhere("m", just("s", "Bob"));
  assertEquals([presence.first(), presence.last()], [undefined, undefined]);
  assertEquals(presence.count, 2);
  presence.elsewhere("n", undefined);
  assertEquals([presence.first(), presence.last()], [undefined, undefined]);
  // Within one tick it may also be nowhere.
  presence.elsewhere("m", undefined);
  presence.elsewhere("n", just("s", "Bob"));
  assertEquals([presence.first(), presence.last()], [undefined, undefined]);
  assertEquals(presence.all().members, ["Ada", "Bob"]);
});

Deno.test("Presence reports a rename on another node as one event", () => {
  const presence = withAda();
  presence.elsewhere("n", just("s", "Bob"));
  presence.first();
  presence.elsewhere("n", just("s", "Rob"));
  assertEquals(presence.first()?.renamed, [["Bob", "Rob"]]);
  assertEquals([presence.first(), presence.last()], [undefined, undefined]);
  assertEquals(presence.all().members, ["Ada", "Rob"]);
});

Deno.test("Presence reports only the new name of a member not announced yet", () => {
  const presence = withAda();
  presence.elsewhere("n", just("s", "Bob"));
  presence.elsewhere("n", just("s", "Rob"));
  const told = presence.first();
  assertEquals([told?.joined, told?.renamed], [["Rob"], undefined]);
});

Deno.test("Presence of a room that is large on all nodes together is a number", () => {
  const presence = withAda();
  presence.elsewhere("n", crowd("n", 100));
  assertEquals(presence.first()?.joined?.length, 100);
  presence.elsewhere("m", crowd("m", 100));
  const many = presence.first();
  assertEquals([many?.count, many?.joined, many?.members], [
    201,
    undefined,
    undefined,
  ]);
  presence.elsewhere("m", crowd("m", 79));
  assertEquals(presence.last(), { type: "presence", room: "hall", count: 180 });
  const list = presence.later();
  assertEquals([list?.count, list?.members?.length], [180, 180]);
});

Deno.test("Presence adds up the counts of unlisted members, and reports changes", () => {
  const presence = withAda();
  presence.elsewhere("n", crowd("n", 300));
  assertEquals(presence.first()?.count, 301);
  assertEquals(presence.first(), undefined);
  presence.elsewhere("n", crowd("n", 301));
  assertEquals(presence.first()?.count, 302);
  presence.elsewhere("n", crowd("n", 302));
  assertEquals([presence.first(), presence.waits], [undefined, true]);
  presence.pass(1_000);
  assertEquals(presence.first()?.count, 303);
  presence.elsewhere("n", crowd("n", 2));
  const list = presence.later();
  assertEquals([list?.count, list?.members], [3, ["Ada", "n 1", "n 2"]]);
  assertEquals(presence.last(), undefined);
});

Deno.test("Presence merges several renames of a person, and reports none that was undone", () => {
  const presence = withAda();
  presence.enter("Bob");
  presence.first();
  presence.rename("Ada", "Eve");
  presence.rename("Eve", "Kim");
  assertEquals(presence.first()?.renamed, [["Ada", "Kim"]]);
  presence.rename("Kim", "Ada");
  presence.rename("Ada", "Kim");
  assertEquals([presence.told(), presence.waits], [[], false]);
  // A name that somebody else has just given up.
  presence.exit("Bob");
  presence.rename("Kim", "Bob");
  presence.rename("Bob", "Ada");
  const last = presence.first();
  assertEquals([last?.left, last?.joined], [["Kim"], ["Ada"]]);
  assertEquals(presence.last()?.left, ["Bob"]);
  assertEquals(presence.all().members, ["Ada"]);
});

Deno.test("Presence reports the user giving up a name before the user taking it", () => {
  const presence = withAda();
  presence.enter("Xia");
  presence.first();
  presence.rename("Ada", "Tmp");
  presence.rename("Xia", "Ada");
  presence.rename("Tmp", "Cem");
  assertEquals(presence.first(), {
    type: "presence",
    room: "hall",
    left: ["Xia"],
    joined: ["Cem"],
    renamed: [["Ada", "Cem"], ["Xia", "Ada"]],
    count: 2,
  });
  // Two exchange their names: both lists stay as they are.
  presence.rename("Ada", "Tmp");
  presence.rename("Cem", "Ada");
  presence.rename("Tmp", "Cem");
  const told = presence.first();
  assertEquals([told?.left, told?.joined, told?.renamed?.length], [[], [], 2]);
});

Deno.test("Presence does not confuse a person with an earlier owner of the name", () => {
  const presence = withAda();
  const told = () =>
    [...presence.told(), presence.last()].map((event) => [
      event?.left ?? [],
      event?.joined ?? [],
      event?.renamed ?? [],
    ]);
  // Bob's name is that of one who has just been renamed, and left.
  presence.rename("Ada", "Bob");
  presence.exit("Bob");
  presence.enter("Bob");
  assertEquals(told(), [[[], ["Bob"], []], [["Ada"], [], []]]);
  // A second Bob comes after the first one's rename, and is renamed too.
  presence.rename("Bob", "Cem");
  presence.enter("Bob");
  presence.rename("Bob", "Dan");
  assertEquals(told(), [
    [["Bob"], ["Cem"], [["Bob", "Cem"]]],
    [[], ["Dan"], []],
    [[], [], []],
  ]);
});

Deno.test("Presence reports a rename before pending leaves as one event", () => {
  const presence = withAda();
  presence.told();
  presence.rename("Ada", "Eve");
  assertEquals(presence.last(), undefined);
  assertEquals(presence.first()?.renamed, [["Ada", "Eve"]]);
});

Deno.test("Presence reports all changes from before a list was read", () => {
  const presence = withAda();
  presence.enter("Bob");
  presence.exit("Ada");
  assertEquals(presence.all().members, ["Bob"]);
  presence.exit("Bob");
  presence.enter("Ada");
  assertEquals(presence.first()?.joined, ["Ada"]);
  assertEquals(presence.last()?.left, ["Bob"]);
  assertEquals(presence.waits, false);
});

Deno.test("Presence gives the list again if the room was too large for it in between", () => {
  const presence = withAda();
  presence.elsewhere("n", crowd("n", MOST_LISTED));
  assertEquals(presence.all().members, undefined);
  presence.elsewhere("n", just("s", "Bob"));
  assertEquals(presence.first()?.members, ["Ada", "Bob"]);
});
