/** Back in a room that one was sent away from, as soon as that can be known. */

import { assert, assertEquals } from "@std/assert";
import { CLOSE } from "../../protocol/close_codes.ts";
import { Memory } from "../../static/chat/model/browser_storage.ts";
import { ChatModel } from "../../static/chat/model/chat_model.ts";
import { connectionWords } from "../../static/chat/model/chat_words.ts";
import { joined, message, World } from "../client/fakes.ts";

/** A page in the lobby with one message, and what is to happen later. */
function setup() {
  const world = new World({ name: "Ada" });
  const later: { ms: number; act: (() => void) | undefined }[] = [];
  const clock = { now: 1_000 };
  const chat = new ChatModel(
    world.client,
    new Memory({ getItem: () => null, setItem() {}, removeItem() {} }),
    {
      now: () => clock.now,
      monotonic: () => clock.now,
      changed() {},
      later: (ms, act) => later.push({ ms, act }),
      opened() {},
      announce() {},
      attend() {},
    },
  );
  chat.open("lobby");
  const socket = world.welcome();
  const answer = (...events: object[]) => {
    const id = socket.sent("join").at(-1)?.id;
    socket.take();
    socket.say(...events.map((event) => ({ ...event, id })));
  };
  answer(joined({ head: 1 }));
  socket.say(message(1), { type: "live", room: "lobby" });
  const words = () =>
    chat.current?.rows().flatMap((row) =>
      row.kind === "line" ? [row.text] : []
    );
  const sendAway = (retryAfterMs: number) =>
    socket.say({
      type: "left",
      room: "lobby",
      code: "banned",
      message:
        'Mo has kicked you from room "lobby". You can return in 1 minute',
      retryAfterMs,
    });
  const refuse = (message: string, retryAfterMs: number) =>
    answer({
      type: "error",
      code: "banned",
      message,
      retryable: false,
      retryAfterMs,
    });
  return { world, chat, socket, later, clock, words, answer, sendAway, refuse };
}

Deno.test("the page returns to a room when the time of a kick is over", () => {
  const { world, chat, socket, later, words, answer, sendAway } = setup();
  sendAway(60_000);
  assert(chat.current?.problem?.includes("You can return in 1 minute"));
  assertEquals(socket.sent("join").length, 0);
  const timers = later.filter(({ act }) => act !== undefined);
  assertEquals(timers.map(({ ms }) => ms), [60_000]);
  timers[0]?.act?.();
  assertEquals(socket.sent("join").length, 1);
  // What one has read stays until one is back.
  assertEquals(words(), ["message 1"]);
  answer(joined({ head: 1 }));
  assertEquals(chat.current?.problem, undefined);
  assertEquals(chat.rooms.length, 1);
  world.close();
});

Deno.test("a ban that was lifted early is noticed when the page is looked at, and on a new connection", () => {
  const { world, chat, socket, answer, sendAway, refuse, words } = setup();
  const draft = "I was about to say";
  sendAway(600_000);
  assert(chat.current !== undefined);
  chat.current.draft = draft;
  chat.returnToRooms();
  // A second look does not ask again.
  chat.returnToRooms();
  assertEquals(socket.sent("join").length, 1);
  refuse("You are banned for 9 minutes", 540_000);
  assertEquals(chat.current.problem, "You are banned for 9 minutes");
  assertEquals(words(), ["message 1"]);
  chat.returnToRooms();
  answer(joined({ head: 1 }));
  assertEquals(
    [chat.current?.problem, chat.current?.draft, chat.rooms.length],
    [undefined, draft, 1],
  );
  sendAway(600_000);
  const next = world.comeBack();
  next.take();
  next.say({
    type: "welcome",
    session: "s1",
    name: "Ada",
    token: "secret",
    resumed: true,
    limits: { text: 4096, rate: 10, history: 1000, idleSeconds: 30 },
  });
  assertEquals(next.sent("join").map(({ room }) => room), ["lobby"]);
  world.close();
});

Deno.test("a room that one was sent away from is no second one when it is opened", () => {
  const { world, chat, socket, sendAway } = setup();
  sendAway(600_000);
  chat.open("attic");
  socket.take();
  const room = chat.open("Lobby");
  assertEquals(chat.rooms.map(({ name }) => name), ["lobby", "attic"]);
  assertEquals(room.name, "lobby");
  assertEquals(socket.sent("join").length, 1);
  // And to leave it is to try no more.
  chat.leave(room);
  assertEquals(socket.sent("leave").map(({ room }) => room), ["lobby"]);
  world.close();
});

Deno.test("the page says when the user can return", () => {
  const { world, chat, socket, later, clock } = setup();
  const words = () =>
    connectionWords(chat.client.state, {
      online: true,
      known: true,
      mayReturn: chat.mayReturn,
    });
  socket.say({
    type: "error",
    code: "banned",
    message: "You are banned from this server for 1 minute",
    retryable: false,
    retryAfterMs: 60_000,
  });
  const { code, reason } = CLOSE.banned;
  socket.lose(code, reason);
  assertEquals(later.at(-1)?.ms, 60_000);
  assertEquals(words().sentence, `The connection is closed. ${reason}`);
  clock.now += 60_000;
  assertEquals(words().sentence, "You can return now");
  assertEquals(words().action, "start again");
  world.close();
});

Deno.test("a ban of ten years does not end at once", () => {
  const { world, later, sendAway } = setup();
  sendAway(10 * 365 * 86_400_000);
  const timers = later.filter(({ act }) => act !== undefined);
  assertEquals(timers.map(({ ms }) => ms), [3_600_000]);
  world.close();
});
