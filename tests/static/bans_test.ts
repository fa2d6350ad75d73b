/** The bans of a room, and how a moderator ends one. */

import { assertEquals } from "@std/assert";
import {
  bannedSubject,
  type ListedBan,
  unbanRequest,
} from "../../static/chat/model/bans.ts";

function ban(more: Partial<ListedBan>): ListedBan {
  return { kind: "ban", room: "tea", until: 1, by: "Mo", ...more };
}

Deno.test("unbanRequest() names the subject of a ban, and the whole server where it holds there", () => {
  for (
    const [entry, subject, request] of [
      [{ name: "Eve" }, "Eve", { type: "unban", name: "Eve" }],
      [
        { name: "Eve", user: "eve", room: "*" },
        "Eve",
        { type: "unban", name: "Eve", room: "*" },
      ],
      [{ user: "eve" }, "eve", { type: "unban", user: "eve" }],
      [{ address: "::1" }, "::1", { type: "unban", address: "::1" }],
      [{ address: "hidden" }, undefined, undefined],
    ] as const
  ) {
    assertEquals(bannedSubject(ban(entry)), subject);
    assertEquals(unbanRequest(ban(entry)), request);
  }
});
