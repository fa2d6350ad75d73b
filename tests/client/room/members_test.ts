import { assertEquals } from "@std/assert";
import { Members } from "../../../client/room/members.ts";
import type { PresenceEvent } from "../../../protocol/events.ts";

function presence(more: Partial<PresenceEvent>): PresenceEvent {
  return { type: "presence", room: "lobby", count: 0, ...more };
}

function membersOf(...names: string[]): Members {
  const members = new Members();
  members.replace(names, names.length);
  return members;
}

Deno.test("Members are sorted as people sort", () => {
  assertEquals(membersOf("eve", "Ada", "Émile", "Bob").names, [
    "Ada",
    "Bob",
    "Émile",
    "eve",
  ]);
  assertEquals(membersOf("Ada 10", "Ada 2", "Ada").names, [
    "Ada",
    "Ada 2",
    "Ada 10",
  ]);
});

Deno.test("Members.apply() returns changes, and nothing for a repeated event", () => {
  const members = membersOf("Ada", "Bob");
  const event = presence({ joined: ["Eve"], left: ["Bob"], count: 2 });
  assertEquals(members.apply(event), {
    joined: ["Eve"],
    left: ["Bob"],
    renamed: [],
    snapshot: false,
    count: 2,
  });
  assertEquals(members.names, ["Ada", "Eve"]);
  assertEquals(members.apply(event), undefined);
});

Deno.test("Members.apply() takes a rename as one thing", () => {
  const members = membersOf("Ada", "Bob");
  const change = members.apply(presence({
    joined: ["Bobby"],
    left: ["Bob"],
    renamed: [["Bob", "Bobby"]],
    count: 2,
  }));
  assertEquals(change?.renamed, [["Bob", "Bobby"]]);
  assertEquals([change?.joined, change?.left], [[], []]);
  assertEquals(members.names, ["Ada", "Bobby"]);
});

Deno.test("Members.apply() with members replaces everything", () => {
  const members = membersOf("Ada", "Bob");
  assertEquals(members.apply(presence({ members: ["Ada", "Eve"], count: 2 })), {
    snapshot: true,
    joined: ["Eve"],
    left: ["Bob"],
    renamed: [],
    count: 2,
  });
  assertEquals(members.names, ["Ada", "Eve"]);
});

Deno.test("Members of a crowd are counted, not listed", () => {
  const members = new Members();
  members.replace(undefined, 5000);
  assertEquals([members.names, members.count], [[], 5000]);
  const change = members.apply(presence({ joined: ["Eve"], count: 5001 }));
  assertEquals(change?.joined, ["Eve"]);
  assertEquals([members.names, members.count], [[], 5001]);
});
