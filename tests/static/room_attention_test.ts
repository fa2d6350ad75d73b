/** Notifications, sounds and counts of single rooms. */

import { assertEquals } from "@std/assert";
import {
  attentionIn,
  countedUnread,
  isWanted,
} from "../../static/chat/model/room_attention.ts";

Deno.test("a room's own setting wins over the default, and never turns a sound up", () => {
  const all = { sound: "mentions", notices: "none" } as const;
  assertEquals(attentionIn(all, undefined), all);
  assertEquals(attentionIn(all, "all"), { sound: "mentions", notices: "all" });
  assertEquals(attentionIn(all, "mentions"), {
    sound: "mentions",
    notices: "mentions",
  });
  assertEquals(attentionIn(all, "none"), { sound: "none", notices: "none" });
});

Deno.test("a level decides which messages call for attention", () => {
  const levels = ["all", "mentions", "none"] as const;
  assertEquals(levels.map((level) => isWanted(level, true)), [
    true,
    true,
    false,
  ]);
  assertEquals(levels.map((level) => isWanted(level, false)), [
    true,
    false,
    false,
  ]);
});

Deno.test("the unread count of a room follows its own setting", () => {
  const counts = (unread: number, calls: number) =>
    ([undefined, "all", "mentions", "none"] as const)
      .map((own) => countedUnread(own, unread, calls));
  assertEquals(counts(5, 2), [5, 5, 2, 0]);
  assertEquals(counts(5, 0), [5, 5, 0, 0]);
  assertEquals(counts(0, 0), [0, 0, 0, 0]);
});
