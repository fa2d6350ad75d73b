/** The switcher's ranking, and the list of rooms that it searches. */

import { assertEquals } from "@std/assert";
import { find, type OwnRoom, rankOf } from "../../static/chat/model/finder.ts";
import {
  type DirectoryPage,
  type ListedRoom,
  RoomDirectory,
} from "../../static/chat/model/room_directory.ts";

const own = (name: string, fields: Partial<OwnRoom> = {}): OwnRoom => ({
  name,
  members: [],
  online: 1,
  unread: 0,
  mentioned: false,
  ...fields,
});
const listed = (
  room: string,
  fields: Partial<ListedRoom> = {},
): ListedRoom => ({ room, at: 1, online: 0, ...fields });
const names = (items: readonly { name: string }[]) =>
  items.map(({ name }) => name);

Deno.test("a whole name ranks before its start, the start of a word, and any part", () => {
  const ranks = ["tea", "teapot", "green-tea", "steam", "coffee"]
    .map((name) => rankOf(name, " TEA "));
  assertEquals(ranks, [0, 1, 2, 3, undefined]);
  // Without case, width and accents, in any script.
  assertEquals(rankOf("Zoë", "zoe"), 0);
  assertEquals(rankOf("ｃａｆé", "cafe"), 0);
  assertEquals(rankOf("مرحبا", "مر"), 1);
});

Deno.test("without a search, rooms with news come first, then other rooms with people", () => {
  const at = (at: number) => ({ from: "Ada", text: "Hi", at });
  const found = find("", {
    own: [
      own("lobby", { last: at(3) }),
      own("quiet"),
      own("news", { unread: 2, last: at(1) }),
      own("me", { unread: 1, mentioned: true }),
    ],
    listed: [
      listed("old", { at: 1 }),
      listed("new", { at: 9 }),
      listed("people", { at: null, online: 3 }),
      listed("lobby"),
    ],
    me: "Ada",
  });
  assertEquals(names(found.own), ["me", "news", "lobby", "quiet"]);
  assertEquals(names(found.others), ["people", "new", "old"]);
  assertEquals([found.people, found.created], [[], undefined]);
});

Deno.test("a search finds rooms, topics and people, and offers to create a missing room", () => {
  const rooms = {
    own: [
      own("lobby", { members: ["Ada", "Tea Lover"], topic: "Tea at five" }),
      own("tea-2", { members: ["Tea Lover", "Teo"] }),
    ],
    listed: [listed("green-tea"), listed("coffee", { topic: "No tea here" })],
    me: "Ada",
  };
  const found = find("tea", rooms);
  assertEquals(names(found.own), ["tea-2", "lobby"]);
  assertEquals(names(found.others), ["green-tea", "coffee"]);
  assertEquals(found.people, [
    { kind: "person", name: "Tea Lover", room: "lobby" },
  ]);
  assertEquals(found.created, { kind: "new", name: "tea" });
  assertEquals(find("Green-Tea", rooms).created, undefined);
  assertEquals(find("no room", rooms).created, undefined);
  assertEquals(find("ada", rooms).people, []);
});

/** A directory whose server a test plays. */
function makeDirectory() {
  const asked: string[] = [];
  const answers: PromiseWithResolvers<DirectoryPage>[] = [];
  const directory = new RoomDirectory((address) => {
    asked.push(address);
    const answer = Promise.withResolvers<DirectoryPage>();
    answers.push(answer);
    return answer.promise;
  }, () => {});
  const rooms = () => directory.rooms.map(({ room }) => room);
  return { directory, asked, answers, rooms };
}

Deno.test("the list of rooms is read page by page, and once more after a failure", async () => {
  const { directory, asked, answers, rooms } = makeDirectory();
  const first = directory.refresh();
  assertEquals(directory.phase, "loading");
  answers[0]?.resolve({ rooms: [listed("a")], next: "/api/rooms?after=a" });
  await first;
  assertEquals([rooms(), directory.hasMore], [["a"], true]);
  const failed = directory.more();
  answers[1]?.reject(new Error("gone"));
  await failed;
  assertEquals([rooms(), directory.phase], [["a"], "failed"]);
  const second = directory.more();
  answers[2]?.resolve({ rooms: [listed("b")], next: null });
  await second;
  assertEquals([rooms(), directory.hasMore], [["a", "b"], false]);
  assertEquals(asked.slice(1), ["/api/rooms?after=a", "/api/rooms?after=a"]);
  // All are known: nobody need be asked.
  await directory.search("b");
  assertEquals(asked.length, 3);
});

Deno.test("a search asks the server while not all rooms are known, and only its newest answer counts", async () => {
  const { directory, asked, answers, rooms } = makeDirectory();
  const first = directory.refresh();
  answers[0]?.resolve({ rooms: [listed("a")], next: "/api/rooms?after=a" });
  await first;
  const [te, tea] = [directory.search("te"), directory.search("tea")];
  assertEquals(asked.slice(1), [
    "./api/rooms?previews=true&limit=50&search=te",
    "./api/rooms?previews=true&limit=50&search=tea",
  ]);
  answers[2]?.resolve({ rooms: [listed("tea")], next: null });
  await tea;
  answers[1]?.resolve({ rooms: [listed("ten")], next: null });
  await te;
  assertEquals(rooms(), ["a", "tea"]);
});
