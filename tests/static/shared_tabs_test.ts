/** Tabs of one person: what one reads and sends, all have; sounds and times. */

import { assertEquals } from "@std/assert";
import { Memory } from "../../static/chat/model/browser_storage.ts";
import { ChatModel } from "../../static/chat/model/chat_model.ts";
import { CountdownWords } from "../../static/chat/model/countdown_words.ts";
import { type Audio, Chime } from "../../static/chat/chime.ts";
import { StoredRooms } from "../../static/chat/model/stored_rooms.ts";
import { joined, message, World } from "../client/fakes.ts";

/** Storage that tells other tabs what changes, as `localStorage` does. */
class Shared {
  readonly entries = new Map<string, string>();
  readonly listeners: ((key: string, before: string | null) => void)[] = [];

  /** The storage as one tab has it. */
  tab(heard: (key: string, before: string | null) => void) {
    this.listeners.push(heard);
    const set = (key: string, value?: string) => {
      const before = this.entries.get(key) ?? null;
      if (before === (value ?? null)) return;
      if (value === undefined) this.entries.delete(key);
      else this.entries.set(key, value);
      for (const other of this.listeners) {
        if (other !== heard) other(key, before);
      }
    };
    return {
      getItem: (key: string) => this.entries.get(key) ?? null,
      setItem: (key: string, value: string) => set(key, value),
      removeItem: (key: string) => set(key),
    };
  }
}

/** A tab in the lobby with messages 1 to `head`. */
function openTab(shared: Shared, head = 3) {
  const world = new World({ name: "Ada" });
  let chat: ChatModel | undefined = undefined;
  const memory = new Memory(shared.tab((key, before) => {
    chat?.changedElsewhere(key, before);
  }));
  const made = new ChatModel(world.client, memory, {
    now: () => 1_000,
    monotonic: () => 1_000,
    changed() {},
    later: (_ms, act) => act?.(),
    opened() {},
    announce() {},
    attend() {},
  });
  chat = made;
  const room = made.open("lobby");
  const socket = world.welcome();
  const id = socket.sent("join").at(-1)?.id;
  socket.say({ ...joined({ head, after: 0 }), id });
  for (let seq = 1; seq <= head; seq++) socket.say(message(seq));
  socket.say({ type: "live", room: "lobby" });
  return { chat: made, room, socket, close: () => world.close() };
}

Deno.test("messages read in one tab are read in the other", () => {
  const shared = new Shared();
  const [one, other] = [openTab(shared), openTab(shared)];
  one.room.look({ looking: true, atBottom: true });
  for (const tab of [other, one]) tab.socket.say(message(4));
  assertEquals([one.room.unread, other.room.unread], [0, 0]);
  // Also where the message comes here later than the news of its reading.
  one.socket.say(message(5));
  other.socket.say(message(5));
  assertEquals(other.room.unread, 0);
  one.room.look({ looking: false, atBottom: true });
  for (const tab of [one, other]) tab.socket.say(message(6));
  assertEquals([one.room.unread, other.room.unread], [1, 1]);
  other.room.look({ looking: true, atBottom: true });
  assertEquals([one.room.unread, other.room.unread], [0, 0]);
  one.close();
  other.close();
});

Deno.test("a draft that was sent in one tab is gone in the other, another draft is not", () => {
  const shared = new Shared();
  const [one, other] = [openTab(shared), openTab(shared)];
  one.chat.write(one.room, "Hello");
  assertEquals(other.room.draft, "Hello");
  one.chat.submit(one.room, () => {});
  assertEquals([one.room.draft, other.room.draft], ["", ""]);
  other.room.draft = "My own";
  one.chat.write(one.room, "More");
  assertEquals(other.room.draft, "My own");
  one.close();
  other.close();
});

/** The names of the rooms that a tab lists. */
function roomsOf({ chat }: { chat: ChatModel }): string[] {
  return chat.rooms.map(({ name }) => name);
}

Deno.test("a room that is joined or left in one tab is joined or left in the other", () => {
  const shared = new Shared();
  const [one, other] = [openTab(shared), openTab(shared)];
  const tea = one.chat.open("tea");
  assertEquals([roomsOf(one), roomsOf(other)], [
    ["lobby", "tea"],
    ["lobby", "tea"],
  ]);
  assertEquals(other.chat.current?.name, "lobby");
  other.chat.open("tea");
  one.chat.leave(tea);
  assertEquals([roomsOf(one), roomsOf(other)], [["lobby"], ["lobby"]]);
  assertEquals(other.chat.current?.name, "lobby");
  assertEquals(other.chat.notice, "You left tea in another tab");
  assertEquals(one.chat.notice, undefined);
  // The next room is added, and the left one not written back.
  other.chat.open("design");
  assertEquals(one.chat.memory.rooms, ["lobby", "design"]);
  assertEquals(roomsOf(one), ["lobby", "design"]);
  one.close();
  other.close();
});

Deno.test("tabs share a room's setting for notifications, and the settings for all rooms", () => {
  const shared = new Shared();
  const [one, other] = [openTab(shared), openTab(shared)];
  for (const tab of [one, other]) {
    tab.socket.say(message(4, { text: "Ada?" }), message(5, { text: "no" }));
  }
  const state = ({ chat, room }: typeof one) => [chat.unread, room.mentioned];
  assertEquals([one, other].map(state), [[2, true], [2, true]]);
  one.chat.setNotices(one.room, "mentions");
  assertEquals([one, other].map(state), [[1, true], [1, true]]);
  other.chat.setNotices(other.room, "none");
  assertEquals([one, other].map(state), [[0, false], [0, false]]);
  assertEquals(one.room.unread, 2);
  one.chat.preferences = { sound: "all", notices: "all" };
  assertEquals(other.chat.attentionIn(other.room), {
    sound: "none",
    notices: "none",
  });
  other.chat.setNotices(other.room, undefined);
  assertEquals([one, other].map(state), [[2, true], [2, true]]);
  assertEquals(one.chat.attentionIn(one.room), {
    sound: "all",
    notices: "all",
  });
  // A read mention no longer counts.
  one.chat.setNotices(one.room, "mentions");
  one.room.look({ looking: true, atBottom: true });
  assertEquals([one, other].map(state), [[0, false], [0, false]]);
  // A room that is left loses its setting.
  const tea = one.chat.open("tea");
  one.chat.setNotices(tea, "none");
  one.chat.leave(tea);
  assertEquals(one.chat.open("tea").notices, undefined);
  one.close();
  other.close();
});

Deno.test("a room that was left stays left on Back, and can be joined again", () => {
  const tab = openTab(new Shared());
  tab.chat.leave(tab.chat.open("tea"));
  assertEquals(tab.chat.goBackTo("Tea").name, "lobby");
  assertEquals([roomsOf(tab), tab.chat.has("tea")], [["lobby"], false]);
  assertEquals(
    tab.chat.notice,
    "You left Tea. To return, join it again",
  );
  assertEquals(tab.chat.open("tea").name, "tea");
  assertEquals(tab.chat.goBackTo("lobby").name, "lobby");
  assertEquals(tab.chat.goBackTo("Tea").name, "tea");
  assertEquals(tab.chat.has("not a room"), false);
  tab.close();
});

Deno.test("a stored list of rooms keeps the changes of tabs that know older lists", () => {
  const storage = { rooms: ["lobby", "tea"] as readonly string[] };
  const [one, other] = [new StoredRooms(storage), new StoredRooms(storage)];
  one.remove("tea");
  other.add("design");
  assertEquals(storage.rooms, ["lobby", "design"]);
  assertEquals(other.changes(), { joined: [], left: ["tea"] });
  assertEquals(one.changes(), { joined: ["design"], left: [] });
  assertEquals(one.changes(), { joined: [], left: [] });
  // Where nothing can be written, no room counts as left.
  const full = new StoredRooms({
    get rooms() {
      return [];
    },
    set rooms(_) {
      // The storage is full.
    },
  });
  full.add("lobby");
  assertEquals(full.changes(), { joined: [], left: [] });
});

Deno.test("the time in the words of a kick runs down", () => {
  const clock = { now: 0 };
  const asked: number[] = [];
  const kick = { message: "You can return in 1 minute", retryAfterMs: 60_000 };
  const words = new CountdownWords(kick, {
    monotonic: () => clock.now,
    later: (ms) => asked.push(ms),
  });
  assertEquals(words.now, "You can return in 1 minute");
  clock.now = 1_000;
  assertEquals(words.now, "You can return in 59 seconds");
  clock.now = 58_500;
  assertEquals([words.now, words.now].at(1), "You can return in 2 seconds");
  assertEquals(asked, [1_000, 1_000, 1_000]);
  const unknown = new CountdownWords({ message: "Gone" }, {
    monotonic: () => 0,
    later: () => asked.push(0),
  });
  assertEquals([unknown.now, asked.length], ["Gone", 3]);
});

Deno.test("sounds that had to wait for a first touch are one", async () => {
  let sounds = 0;
  let runs = false;
  const gestures: (() => void)[] = [];
  const audio: Audio = {
    runs: () => runs,
    resume() {
      runs = true;
      return Promise.resolve();
    },
    play: () => void sounds++,
  };
  const chime = new Chime(() => audio, (act) => gestures.push(act));
  for (let i = 0; i < 40; i++) chime.ring();
  assertEquals([sounds, gestures.length], [0, 1]);
  gestures[0]?.();
  await Promise.resolve();
  assertEquals(sounds, 1);
  chime.ring();
  assertEquals(sounds, 2);
  new Chime(() => {
    throw new Error("No sound");
  }, () => {}).ring();
});
