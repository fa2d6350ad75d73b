/** Halves of characters: JSON can carry them as escapes, UTF-8 cannot. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { HubbubError } from "../../protocol/errors.ts";
import { checkName, checkRoom } from "../../protocol/names.ts";
import { v1 } from "../../protocol/v1.ts";

/** Each request with all the strings that it may have. */
const REQUESTS: readonly Readonly<Record<string, unknown>>[] = [
  { type: "hello", name: "Ada", token: "t", guest: "g", auth: "a", id: "i" },
  { type: "join", room: "hall", since: { epoch: "e", seq: 0 } },
  { type: "leave", room: "hall" },
  { type: "publish", room: "hall", text: "x", cid: "c" },
  { type: "history", room: "hall" },
  { type: "who", room: "hall" },
  { type: "typing", room: "hall" },
  { type: "rename", name: "Ada" },
  { type: "auth", token: "t" },
  { type: "remove", room: "hall", seq: 1 },
  { type: "kick", room: "hall", name: "Eve", reason: "r" },
  { type: "ban", room: "hall", name: "Eve", forMs: 1, reason: "r" },
  { type: "ban", room: "hall", user: "u", forMs: 1 },
  { type: "ban", room: "hall", address: "192.0.2.7", forMs: 1 },
  { type: "unban", room: "hall", name: "Eve" },
  { type: "unban", room: "hall", user: "u" },
  { type: "unban", room: "hall", address: "192.0.2.7" },
  { type: "lock", room: "hall", locked: true },
  { type: "slow", room: "hall", everyMs: 1 },
  { type: "announce", room: "hall", text: "x" },
  { type: "ping", id: "i" },
];

function decode(fields: unknown) {
  const [decoded, ...more] = v1.decode(JSON.stringify(fields), { named: true });
  assert(decoded !== undefined && more.length === 0);
  return decoded;
}

/** Every field of a request that is a string, with another one in its place. */
function variants(
  request: Readonly<Record<string, unknown>>,
  put: string,
): [field: string, request: object][] {
  return Object.entries(request).flatMap(([field, value]) => {
    if (field === "type") return [];
    if (field === "since") {
      return [[field, { ...request, since: { epoch: put, seq: 0 } }]];
    }
    return typeof value === "string"
      ? [[field, { ...request, [field]: put }]]
      : [];
  });
}

Deno.test("promise 7: hubbub.v1 refuses half of a character in every field, by its name", () => {
  let count = 0;
  for (const half of ["\ud83d", "\ude00", "a\ud83db", "\ude00\ud83d"]) {
    for (const request of REQUESTS) {
      assert(decode(request).ok);
      for (const [field, wrong] of variants(request, half)) {
        count++;
        const what = JSON.stringify(wrong);
        const decoded = decode(wrong);
        if (decoded.ok) {
          // Names have checks of their own, which follow.
          assert(field === "room" || request["type"] === "rename", what);
          const check = field === "room" ? checkRoom : checkName;
          const error = assertThrows(() => check(half), HubbubError);
          assertEquals(error.code, field === "room" ? "bad_room" : "bad_name");
          continue;
        }
        const { error } = decoded;
        assert(error instanceof HubbubError, what);
        if (request["type"] === "hello" && field === "name") {
          assertEquals(error.code, "bad_name");
          continue;
        }
        assertEquals(error.code, "bad_field", what);
        assertMatch(
          error.message,
          RegExp(`^Field "${field}" has half of a character .*Send whole`),
        );
      }
    }
  }
  assert(count > 100, String(count));
});

Deno.test("hubbub.v1 takes whole characters of two units in every field", () => {
  for (const request of REQUESTS) {
    for (const [, whole] of variants(request, "\ud83d\ude00")) {
      assert(decode(whole).ok, JSON.stringify(whole));
    }
  }
});
