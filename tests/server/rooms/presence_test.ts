/** Who is in a room of several nodes: what is told of it. */

import { assertEquals } from "@std/assert";
import type { PresenceEvent } from "../../../protocol/events.ts";
import type { Roster } from "../../../server/fleet/fleet.ts";
import { MOST_LISTED, Presence } from "../../../server/rooms/presence.ts";
import { numbers } from "../../helpers/reader.ts";

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

/** Ada is here and knows it. */
function withAda(): Presence {
  const presence = new Presence("hall");
  presence.enter("Ada");
  presence.came();
  return presence;
}

/** What is told when nobody comes or goes for ten seconds. */
function later(presence: Presence): PresenceEvent | undefined {
  let told: PresenceEvent | undefined;
  for (let s = 0; s < 10; s++) {
    presence.unpace();
    told = presence.came() ?? presence.went() ?? told;
  }
  return told;
}

Deno.test("Presence counts and lists those of other nodes", () => {
  const presence = withAda();
  presence.elsewhere("n", just("s", "Bob"));
  const { joined, count } = presence.came() ?? {};
  assertEquals([joined, count], [["Bob"], 2]);
  assertEquals(presence.all.members, ["Ada", "Bob"]);
  presence.elsewhere("n", undefined);
  assertEquals(presence.went()?.left, ["Bob"]);
  assertEquals(presence.went(), undefined);
});

Deno.test("Presence tells nothing of who goes from one node to another, in whatever order that is heard", () => {
  const presence = withAda();
  presence.elsewhere("n", just("s", "Bob"));
  presence.came();
  presence.elsewhere("m", just("s", "Bob"));
  assertEquals([presence.came(), presence.went()], [undefined, undefined]);
  assertEquals(presence.count, 2);
  presence.elsewhere("n", undefined);
  assertEquals([presence.came(), presence.went()], [undefined, undefined]);
  // Within one tick it may also be nowhere.
  presence.elsewhere("m", undefined);
  presence.elsewhere("n", just("s", "Bob"));
  assertEquals([presence.came(), presence.went()], [undefined, undefined]);
  assertEquals(presence.all.members, ["Ada", "Bob"]);
});

Deno.test("Presence tells a rename on another node as one thing", () => {
  const presence = withAda();
  presence.elsewhere("n", just("s", "Bob"));
  presence.came();
  presence.elsewhere("n", just("s", "Rob"));
  const [told] = presence.renamed();
  assertEquals([told?.sessions, told?.event.renamed], [
    [],
    [["Bob", "Rob"]],
  ]);
  assertEquals([presence.came(), presence.went()], [undefined, undefined]);
  assertEquals(presence.all.members, ["Ada", "Rob"]);
});

Deno.test("Presence tells the new name of who was not told of yet", () => {
  const presence = withAda();
  presence.elsewhere("n", just("s", "Bob"));
  presence.elsewhere("n", just("s", "Rob"));
  assertEquals(presence.renamed(), []);
  assertEquals(presence.came()?.joined, ["Rob"]);
});

Deno.test("Presence of a room that is large on all nodes together is a number", () => {
  const presence = withAda();
  presence.elsewhere("n", crowd("n", 100));
  assertEquals(presence.came()?.joined?.length, 100);
  presence.elsewhere("m", crowd("m", 100));
  const many = presence.came();
  assertEquals([many?.count, many?.joined, many?.members], [
    201,
    undefined,
    undefined,
  ]);
  presence.elsewhere("m", crowd("m", 79));
  assertEquals(presence.went(), { type: "presence", room: "hall", count: 180 });
  const list = later(presence);
  assertEquals([list?.count, list?.members?.length], [180, 180]);
});

Deno.test("Presence adds up what nodes do not list, and tells when that changes", () => {
  const presence = withAda();
  presence.elsewhere("n", crowd("n", 300));
  assertEquals(presence.came()?.count, 301);
  assertEquals(presence.came(), undefined);
  presence.elsewhere("n", crowd("n", 301));
  assertEquals(presence.came()?.count, 302);
  presence.elsewhere("n", crowd("n", 302));
  assertEquals([presence.came(), presence.paced], [undefined, true]);
  presence.unpace();
  assertEquals(presence.came()?.count, 303);
  presence.elsewhere("n", crowd("n", 2));
  const list = later(presence);
  assertEquals([list?.count, list?.members], [3, ["Ada", "n 1", "n 2"]]);
  assertEquals(presence.went(), undefined);
});

Deno.test("Presence tells of several renames in one turn as one, and of none when it was for nothing", () => {
  const presence = withAda();
  presence.enter("Bob");
  presence.came();
  presence.rename("Ada", "Eve");
  presence.rename("Eve", "Kim");
  const [told, ...more] = presence.renamed();
  assertEquals([told?.event.renamed, more], [[["Ada", "Kim"]], []]);
  presence.rename("Kim", "Ada");
  presence.rename("Ada", "Kim");
  assertEquals(presence.renamed(), []);
  // A name that somebody else has just given up.
  presence.exit("Bob");
  presence.rename("Kim", "Bob");
  presence.rename("Bob", "Ada");
  const [last] = presence.renamed();
  assertEquals([last?.event.left, last?.event.joined], [["Kim"], ["Ada"]]);
  assertEquals(presence.went()?.left, ["Bob"]);
  assertEquals(presence.all.members, ["Ada"]);
});
