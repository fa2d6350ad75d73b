import { assertEquals } from "@std/assert";
import type { RoomMessage } from "../../../client/hubbub.ts";
import {
  cannotConnect,
  jsonLine,
  membersLine,
  messageLine,
  plainLine,
  presenceLines,
  stateNote,
  styleFor,
} from "../../../client/terminal/words.ts";

const hi: RoomMessage = {
  room: "lobby",
  seq: 3,
  from: "Ada",
  text: "hi",
  at: new Date(2030, 0, 1, 9, 5).getTime(),
  replay: false,
  mine: false,
};

Deno.test("plainLine() cannot be made to move the cursor or to forge a line", () => {
  const text = "a\x1b[2J\rb\n[Bob]: c\x9b1m";
  assertEquals(plainLine({ ...hi, text }), "[Ada]: a[2Jb\n    [Bob]: c1m");
});

Deno.test("jsonLine() is one line with the message, whatever it holds", () => {
  const line = jsonLine({ ...hi, text: "a\nb", cid: "c1" });
  assertEquals(line.includes("\n"), false);
  const { at } = hi;
  assertEquals(JSON.parse(line), {
    room: "lobby",
    seq: 3,
    from: "Ada",
    text: "a\nb",
    at,
    replay: false,
  });
});

Deno.test("messageLine() has the time of day and colours only when asked", () => {
  assertEquals(messageLine(hi, styleFor(false)), "09:05 [Ada]: hi");
  assertEquals(
    messageLine(hi, styleFor(true)),
    "\x1b[2m09:05\x1b[22m \x1b[1m[Ada]:\x1b[22m hi",
  );
});

Deno.test("presenceLines() prints each change, and nothing for a snapshot", () => {
  const presence = {
    joined: ["Eve"],
    left: ["Bob"],
    renamed: [["Cid", "Sid"]],
    count: 3,
    snapshot: false,
  } as const;
  assertEquals(presenceLines("lobby", presence), [
    "[Server]: Eve has joined the chat.",
    "[Server]: Cid is now Sid.",
    "[Server]: Bob has left the chat.",
  ]);
  assertEquals(presenceLines("lobby", { ...presence, snapshot: true }), []);
});

Deno.test("membersLine() names people, and counts a crowd", () => {
  const line = (members: string[], count: number) =>
    membersLine("lobby", { members, count });
  assertEquals(line(["Ada", "Bob"], 2), ["[Server]: Here now: Ada and Bob."]);
  assertEquals(line([], 5000), ["--- 5000 people are here ---"]);
});

Deno.test("stateNote() says when the next attempt is, and why", () => {
  const waiting = {
    phase: "waiting",
    attempt: 1,
    until: 10_000,
    reason: "",
  } as const;
  assertEquals(stateNote(waiting, 7_000), "Disconnected. Reconnecting in 3 s");
  assertEquals(
    stateNote({ ...waiting, reason: "Server restarts\x1b" }, 9_900),
    "Disconnected (Server restarts). Reconnecting in 1 s",
  );
  assertEquals(stateNote({ phase: "open" }, 0), undefined);
});

Deno.test("messageLine() marks special messages, and adds the number on request", () => {
  const plain = styleFor(false);
  const removed = { ...hi, text: "", removed: true as const };
  const tombstone = { ...hi, text: "A message by Ada was removed", removes: 2 };
  const announcement = { ...hi, announcement: true as const };
  assertEquals(
    [removed, tombstone, announcement].map((message) =>
      messageLine(message, plain, { numbered: true })
    ),
    [
      "09:05 #3 [Ada]: (removed)",
      "09:05 #3 [Server]: A message by Ada was removed.",
      "09:05 #3 [Server]: Announcement by Ada: hi",
    ],
  );
  assertEquals(JSON.parse(jsonLine(tombstone)).removes, 2);
});

Deno.test("cannotConnect() mentions certificates for TLS addresses", () => {
  assertEquals(
    cannotConnect("wss://chat.example/ws"),
    "Cannot connect to wss://chat.example/ws. Check that the server is " +
      "running and the address is right, and that its certificate is trusted " +
      "(DENO_CERT=FILE adds a CA)",
  );
  assertEquals(
    cannotConnect("ws://chat.example/ws"),
    "Cannot connect to ws://chat.example/ws. Check that the server is " +
      "running and the address is right",
  );
});
