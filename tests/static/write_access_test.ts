/** What keeps one from writing, in words. */

import { assertEquals } from "@std/assert";
import {
  accessOfRoom,
  ruleWords,
  type Standing,
  writingWords,
} from "../../static/chat/model/write_access.ts";
import { ClientError, type Rules } from "../../client/hubbub.ts";
import { RoomModel } from "../../static/chat/model/room_model.ts";
import { FakeRoom, message, outgoing } from "./fakes.ts";

const FREE: Standing = {
  writes: true,
  moderates: false,
  locked: false,
  slowMs: 0,
  sentAt: undefined,
};

function words(standing: Partial<Standing>, now = 0): string | undefined {
  return accessOfRoom({ ...FREE, ...standing }, now)?.words;
}

Deno.test("writeAccess() lets everyone write without rules", () => {
  assertEquals(words({}), undefined);
  assertEquals(words({ sentAt: 0 }), undefined);
  assertEquals(ruleWords(FREE), "");
});

Deno.test("gateOf() says that a room is locked, but for moderators", () => {
  const locked = "This room is locked: only moderators can write here";
  assertEquals(words({ locked: true }), locked);
  assertEquals(words({ locked: true, moderates: true }), undefined);
  assertEquals(
    ruleWords({ ...FREE, locked: true, moderates: true }),
    "This room is locked. You can write because you are a moderator",
  );
});

Deno.test("gateOf() says that one may only read, before all else", () => {
  assertEquals(
    words({ writes: false, locked: true }),
    "You can read this room but not write in it",
  );
});

Deno.test("gateOf() counts down to the next message in slow mode", () => {
  const slow = { slowMs: 90_000, sentAt: 1_000 };
  const again = "Slow mode: you can write again in";
  assertEquals(words(slow, 1_000), `${again} 1:30 min`);
  assertEquals(words(slow, 31_000), `${again} 1:00 min`);
  assertEquals(words(slow, 32_500), `${again} 59 s`);
  assertEquals(words(slow, 90_999), `${again} 1 s`);
  assertEquals(words(slow, 91_000), undefined);
  assertEquals(words({ slowMs: 90_000 }), undefined, "nothing sent yet");
  assertEquals(
    words({ ...slow, moderates: true }, 1_000),
    undefined,
    "moderators need not wait",
  );
});

Deno.test("the input and an empty room do not invite users without write access to write", () => {
  const of = (standing: Partial<Standing>, isOut = false) => {
    const access = accessOfRoom({ ...FREE, ...standing }, 1_000);
    return writingWords("lobby", access, isOut);
  };
  const free = of({});
  assertEquals(free, {
    placeholder: "Message to lobby",
    empty: "No messages in lobby yet. Write one, or invite someone.",
    invites: true,
    program: true,
  });
  // A wait passes, and a lock does not hold for moderators.
  assertEquals(of({ slowMs: 5_000, sentAt: 0 }), free);
  assertEquals(of({ locked: true, moderates: true }), free);
  for (const standing of [{ writes: false }, { locked: true }]) {
    assertEquals(of(standing), {
      placeholder: "You cannot write in lobby",
      empty: "No messages in lobby yet. New ones appear here.",
      invites: true,
      program: false,
    });
  }
  // Banned, kicked, or the connection is closed for good.
  for (const standing of [{}, { writes: false }, { locked: true }]) {
    assertEquals(of(standing, true), {
      placeholder: "You cannot write in lobby now",
      empty: "No messages in lobby.",
      invites: false,
      program: false,
    });
  }
});

/** A room that is slow, and what is asked of the page meanwhile. */
function slowRoom(rules: Partial<Rules> = {}) {
  const room = new FakeRoom();
  const clock = { now: 5_000 };
  const waits: number[] = [];
  const model = new RoomModel(room, {
    me: "Me",
    monotonic: () => clock.now,
    changed: () => {},
    later: (ms) => waits.push(ms),
    arrived: () => {},
    refused: () => {},
    placeOf: () => undefined,
    savePlace: () => {},
  });
  room.join(0);
  const hold = (rules: Partial<Rules>) => {
    const rights = ["read", "write"] as const;
    room.rules = { rights, locked: false, slowMs: 2_500, ...rules };
    room.emit("rules", room.rules);
  };
  hold({ waitMs: 0, ...rules });
  const send = () =>
    room.emit("outgoing", {
      ...outgoing("c"),
      state: { phase: "sent", seq: 1 },
    });
  return { room, clock, waits, model, hold, send };
}

Deno.test("a wait is counted down once a second, however often it is asked for", () => {
  const { room, clock, waits, model, send } = slowRoom();
  assertEquals(model.access(), undefined);
  send();
  room.say(message(1, { from: "Me", mine: true, cid: "c" }));
  model.access();
  model.access();
  assertEquals(waits, [1_000]);
  clock.now += 2_000;
  model.access();
  model.access();
  assertEquals(waits, [1_000, 500]);
  clock.now += 500;
  assertEquals(model.access(), undefined);
});

Deno.test("a wait is known after a reload, from when the room is joined", () => {
  const { clock, model, hold } = slowRoom({ waitMs: 1_500 });
  assertEquals(model.access()?.forMs, 1_500);
  clock.now += 1_000;
  assertEquals(model.access()?.forMs, 500);
  hold({ slowMs: 2_000 });
  assertEquals(model.access(), undefined, "the room has become quicker");
  hold({ slowMs: 2_500, waitMs: 0 });
  assertEquals(model.access(), undefined);
});

Deno.test("messages from before slow mode cause no wait", () => {
  const { model, hold, send } = slowRoom({ slowMs: 0 });
  send();
  hold({ slowMs: 60_000 });
  assertEquals(model.access(), undefined);
});

Deno.test("a refusal reports a wait that was unknown", () => {
  const { room, model } = slowRoom();
  const error = new ClientError("slow_mode", {
    message: "Wait",
    retryable: true,
    retryAfterMs: 2_000,
  });
  room.emit("outgoing", {
    ...outgoing("c"),
    state: { phase: "failed", error },
  });
  assertEquals(model.access()?.forMs, 2_000);
});
