/** The page's sentences, its times, its colours for people. */

import { assert, assertEquals } from "@std/assert";
import {
  linkTo,
  readAddress,
  socketUrl,
} from "../../static/chat/model/address.ts";
import { Announcer } from "../../static/chat/model/announcer.ts";
import { Memory } from "../../static/chat/model/browser_storage.ts";
import { hue, initial } from "../../static/chat/model/person_colors.ts";
import {
  dayName,
  relativeTime,
  sameDay,
} from "../../static/chat/model/times.ts";
import {
  connectionWords,
  isEmoji,
  movementWords,
  plain,
  typingWords,
} from "../../static/chat/model/chat_words.ts";
import { closeWords, errorWords } from "../../static/chat/model/error_words.ts";
import { keyAction } from "../../static/chat/view/page_keys.ts";

Deno.test("readAddress() reads room, name and message", () => {
  const origin = "http://localhost:8000";
  assertEquals(readAddress(`${origin}/`), {
    room: "lobby",
    name: undefined,
    seq: undefined,
    token: undefined,
  });
  assertEquals(readAddress(`${origin}/?room=a%20b&name=%20Ada#12`), {
    room: "a b",
    name: "Ada",
    seq: 12,
    token: undefined,
  });
  for (const bad of ["#0", "#-1", "#x", "#1e3", "#99999999999999999"]) {
    assertEquals(readAddress(`${origin}/${bad}`).seq, undefined);
  }
});

Deno.test("readAddress() reads the links of linkTo()", () => {
  const link = linkTo("https://chat.example", "tea & cake", 7);
  assertEquals(readAddress(link), {
    room: "tea & cake",
    name: undefined,
    seq: 7,
    token: undefined,
  });
  assertEquals(
    linkTo("https://chat.example", "lobby"),
    "https://chat.example/",
  );
});

Deno.test("socketUrl() speaks as safely as the page was loaded", () => {
  assertEquals(
    socketUrl("https://chat.example", "/ws"),
    "wss://chat.example/ws",
  );
  assertEquals(socketUrl("http://[::1]:80", "/ws"), "ws://[::1]/ws");
});

Deno.test("movementWords() lists at most three names and counts the rest", () => {
  const words = (...joined: string[]) =>
    movementWords({ joined, left: [], renamed: [] }).map(plain);
  assertEquals(words(), []);
  assertEquals(words("Ada"), ["Ada joined"]);
  assertEquals(words("Ada", "Bob"), ["Ada and Bob joined"]);
  assertEquals(words("Ada", "Bob", "Eve"), ["Ada, Bob, and Eve joined"]);
  assertEquals(
    words("Ada", "Bob", "Eve", "Lin", "Kim"),
    ["Ada, Bob, and 3 others joined"],
  );
});

Deno.test("movementWords() describes joins, leaves and renames", () => {
  assertEquals(
    movementWords({
      joined: ["Ada", "Bob"],
      left: ["Eve"],
      renamed: [["Lin", "Linnea"]],
    }).map(plain),
    ["Ada and Bob joined", "Eve left", "Lin is now Linnea"],
  );
});

Deno.test("typingWords() is empty when no one is typing", () => {
  const words = (...list: string[]) => plain(typingWords(list));
  assertEquals(words(), "");
  assertEquals(words("Ada"), "Ada is typing…");
  assertEquals(words("Ada", "Bob"), "Ada and Bob are typing…");
  assertEquals(words("a", "b", "c", "d"), "Several people are typing…");
});

for (
  const name of [
    ...["Bob left · Zed", "Bob is now Mod · Yan", "Bob and Ada", "Nobody"],
    ...["א (imported)", "Bob: I resign", "2 others", "Ada, Bob", "Bob left"],
  ]
) {
  Deno.test(`promise 6: "${name}" in a sentence is a name and no words`, () => {
    const quoted = `"${name}"`;
    assertEquals(plain(typingWords([name])), `${quoted} is typing…`);
    for (const list of [["joined"], ["left"]] as const) {
      const none = { joined: [], left: [], renamed: [] };
      const [sentence] = movementWords({ ...none, [list[0]]: [name] });
      assertEquals(sentence, [{ name }, ` ${list[0]}`]);
      assertEquals(plain(sentence ?? []), `${quoted} ${list[0]}`);
    }
  });
}

Deno.test("connectionWords() is loud only when it matters", () => {
  const online = { online: true, known: true };
  const waiting = {
    phase: "waiting",
    attempt: 1,
    until: 0,
    reason: "",
  } as const;
  assertEquals(connectionWords({ phase: "open" }, online), {
    word: "Connected",
    tone: "good",
  });
  assertEquals(connectionWords(waiting, online).action, "try now");
  // What the server has against one is no silence.
  assertEquals(
    connectionWords({ ...waiting, refused: "This name is taken" }, {
      online: true,
      known: false,
    }).sentence,
    "The server says: This name is taken",
  );
  assertEquals(
    connectionWords(waiting, { online: false, known: true }).word,
    "Offline",
  );
  assertEquals(
    connectionWords({ phase: "connecting", attempt: 0 }, {
      online: true,
      known: false,
    }),
    { word: "Connecting…", tone: "waiting" },
  );
  assertEquals(connectionWords({ phase: "closing" }, online).word, "Closing…");
  const closed = connectionWords({
    phase: "closed",
    code: 4502,
    reason: "",
    why: "replaced",
  }, online);
  assertEquals([closed.word, closed.action], ["Closed", "start again"]);
});

Deno.test("times are of the reader's calendar", () => {
  const now = new Date(2026, 2, 2, 0, 30).getTime();
  const hours = (n: number) => now - n * 3_600_000;
  assertEquals(dayName(now, now), "Today");
  assertEquals(dayName(hours(1), now), "Yesterday");
  assert(dayName(hours(24 * 10), now).includes("20"));
  assert(dayName(hours(24 * 400), now).includes("2025"));
  assertEquals(sameDay(hours(1), now), false);
  assertEquals(relativeTime(now - 30_000, now), "just now");
  assertEquals(relativeTime(now - 5 * 60_000, now), "5 minutes ago");
  assertEquals(relativeTime(hours(3), now), "3 hours ago");
  assertEquals(relativeTime(hours(25), now), "2 days ago");
  assertEquals(relativeTime(now + 5_000, now), "just now");
});

Deno.test("a person's hue is that of the name, whatever its case", () => {
  assertEquals(hue("Ada"), hue("ada"));
  const hues = new Set(
    Array.from({ length: 100 }, (_, n) => hue(`Guest ${n}`)),
  );
  assert(hues.size > 70);
});

Deno.test("initial() returns the first visible character", () => {
  assertEquals(initial("ada"), "A");
  assertEquals(initial("👩‍🚀 Sally"), "👩‍🚀");
  assertEquals(initial("é"), "É");
});

Deno.test("Announcer reads out while it is quiet, counts while it is busy", () => {
  const announcer = new Announcer();
  assertEquals(announcer.arrived("Ada", "Hello"), true);
  assertEquals(announcer.arrived("Bob", "Hi"), false);
  assertEquals(announcer.speak(), "Ada: Hello\nBob: Hi");
  for (let n = 0; n < 12; n++) announcer.arrived("Ada", String(n));
  assertEquals(announcer.speak(), "12 new messages, the last from Ada");
  assertEquals(announcer.speak(), "");
});

const key = (key: string, more = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

Deno.test("keyAction() ignores keys typed into a field", () => {
  assertEquals(keyAction(key("?"), true), undefined);
  assertEquals(keyAction(key("?"), false), "show keys");
  assertEquals(keyAction(key("/", { ctrlKey: true }), true), "show keys");
  assertEquals(keyAction(key("k", { metaKey: true }), true), "find room");
  assertEquals(
    keyAction(key("ArrowDown", { altKey: true }), true),
    "room below",
  );
  assertEquals(
    keyAction(key("ArrowDown", { altKey: true, shiftKey: true }), true),
    "next unread",
  );
  assertEquals(keyAction(key("a"), true), undefined);
  assertEquals(keyAction(key("Enter"), false), undefined);
});

Deno.test("keyAction() sends keys typed outside of a field to the composer", () => {
  for (const typed of ["a", "M", "ä", "あ", "😀", "/"]) {
    assertEquals(keyAction(key(typed), false), "type", typed);
  }
  assertEquals(keyAction(key(" "), false), undefined);
  assertEquals(keyAction(key("c", { ctrlKey: true }), false), undefined);
  assertEquals(keyAction(key("a", { altKey: true }), false), undefined);
});

Deno.test("BrowserStorage keeps its values, and ignores damaged ones", () => {
  const entries = new Map<string, string>();
  const storage = {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
    removeItem: (key: string) => void entries.delete(key),
  };
  const memory = new Memory(storage);
  memory.name = "Ada";
  memory.rooms = ["lobby", "tea"];
  memory.saveDraft("tea", "half");
  memory.savePlace("tea", { epoch: "e", seq: 3 });
  memory.flush();
  const again = new Memory(storage);
  assertEquals(again.name, "Ada");
  assertEquals(again.rooms, ["lobby", "tea"]);
  assertEquals(again.draft("tea"), "half");
  assertEquals(again.place("tea"), { epoch: "e", seq: 3 });
  again.forget("tea");
  assertEquals(again.draft("tea"), "");
  for (const name of entries.keys()) entries.set(name, '{"not":');
  assertEquals([again.name, again.rooms], [undefined, []]);
  assertEquals(again.preferences, { sound: "none", notices: "none" });
});

Deno.test("Memory works where storage is forbidden", () => {
  const forbidden = () => {
    throw new Error("Forbidden");
  };
  const memory = new Memory({
    getItem: forbidden,
    setItem: forbidden,
    removeItem: forbidden,
  });
  memory.name = "Ada";
  assertEquals(memory.name, undefined);
});

Deno.test("isEmoji() knows a few emoji and nothing else", () => {
  for (const text of ["👍", "🎉 🎉", "❤️", "👩‍💻", "🇫🇷", "1️⃣", "👍🏽"]) {
    assert(isEmoji(text), text);
  }
  for (const text of ["", " ", "1", "©", "👍 ok", "ok 👍", "🎉".repeat(7)]) {
    assert(!isEmoji(text), text);
  }
});

Deno.test("errorWords() keeps the server's words in English, and says what is left of the time", () => {
  const ban = { code: "banned", message: "You are banned for 10 minutes" };
  assertEquals(errorWords(ban), ban.message);
  assertEquals(
    errorWords({ ...ban, retryAfterMs: 600_000 }, 45_000),
    "You are banned for 45 seconds",
  );
  assertEquals(
    errorWords({ code: "name_taken", message: "Taken", suggestion: "Ada 2" }),
    "Taken. “Ada 2” is available",
  );
  // A code that the page does not know, and an error without one.
  assertEquals(errorWords({ code: "new_code", message: "New" }), "New");
  assertEquals(errorWords(new Error("Failed")), "Failed");
});

Deno.test("closeWords() says why a connection was closed", () => {
  const closed = { code: 4507, reason: "You are banned for 1 hour" };
  assertEquals(closeWords(closed), closed.reason);
  assertEquals(closeWords({ code: 1000, reason: "" }), "No reason was given");
});
