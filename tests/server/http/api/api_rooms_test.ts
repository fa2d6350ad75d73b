/** The list of rooms: search, newest messages, and what a sender may see. */

import { assert, assertEquals } from "@std/assert";
import { byToken } from "../../../../server/http/api/access.ts";
import { Authority } from "../../../../server/auth/authenticator.ts";
import { startOf } from "../../../../server/http/api/room_previews.ts";
import { type Answer, ApiBench } from "../../../helpers/benches/api_bench.ts";
import { SECRET, signed } from "../../../helpers/tokens.ts";

async function list(
  api: ApiBench,
  query: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await api.ask(`/api/rooms?${query}`, { headers });
  return { status: response.status, ...await response.json() };
}

async function publish(
  api: ApiBench,
  room: string,
  text: string,
  headers: Record<string, string> = {},
): Promise<void> {
  const response = await api.ask(
    `/api/rooms/${encodeURIComponent(room)}/messages`,
    {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ text }),
    },
  );
  assertEquals(response.status, 201, await response.text());
}

const names = ({ rooms }: Answer) =>
  rooms.map(({ room }: { room: string }) => room);

Deno.test("a search lists the rooms whose names contain it, page by page", async () => {
  const api = new ApiBench();
  for (const room of ["tea", "tea-2", "coffee", "green-tea", "Straße"]) {
    await publish(api, room, "Hello");
  }
  assertEquals(names(await list(api, "search=TEA")), [
    "green-tea",
    "tea",
    "tea-2",
  ]);
  assertEquals(names(await list(api, "search=nothing")), []);
  assertEquals(names(await list(api, "search=%20")).length, 5);
  const first = await list(api, "search=tea&limit=2&previews=true");
  assertEquals(names(first), ["green-tea", "tea"]);
  const rest = await list(api, first["next"].split("?")[1]);
  assertEquals([names(rest), rest["next"]], [["tea-2"], null]);
  assertEquals(rest["rooms"][0].last.text, "Hello");
  for (const query of [`search=${"a".repeat(257)}`, "previews=1"]) {
    assertEquals((await list(api, query))["status"], 400, query);
  }
});

Deno.test("previews have the start of the newest message in one line", async () => {
  const api = new ApiBench();
  await publish(api, "hall", "Earlier");
  await publish(api, "hall", `One\n\ntwo   three`);
  await publish(api, "gone", "Secret");
  await api.ask("/api/rooms/gone/messages/1", { method: "DELETE" });
  assertEquals((await list(api, ""))["rooms"][0].last, undefined);
  const { rooms } = await list(api, "previews=true");
  const [gone, hall] = rooms;
  assertEquals(hall.last, {
    seq: 2,
    from: "Script",
    text: "One two three",
    at: hall.at,
  });
  assertEquals([gone.last.removes, gone.last.seq], [1, 2]);
  assert(!JSON.stringify(rooms).includes("Secret"));
});

Deno.test("the start of a text ends between two characters", () => {
  const party = "🎉";
  assertEquals(startOf(party.repeat(120)), party.repeat(120));
  for (const start of [" ", "\n", "a"]) {
    const cut = startOf(start + party.repeat(4_000));
    assertEquals([...cut].length, 121);
    assert(cut.isWellFormed(), cut);
  }
  assertEquals(startOf(`${"a ".repeat(60)}${" ".repeat(5_000)}`).at(-1), "…");
});

Deno.test("a list with previews has at most 50 rooms and counts as more than one request", async () => {
  const charged: number[] = [];
  const api = new ApiBench({
    rates: {
      settle: (_address, { expected, actual }) => {
        charged.push(actual - expected);
      },
    },
  });
  for (let n = 0; n < 55; n++) {
    await publish(api, `room-${100 + n}`, "Hello");
  }
  charged.length = 0;
  const page = await list(api, "limit=1000&previews=true");
  assertEquals(page["rooms"].length, 50);
  assert(charged.includes(5), String(charged));
  const next = await list(api, page["next"].split("?")[1]);
  assertEquals([next["rooms"].length, next["next"]], [5, null]);
});

Deno.test("a list shows nothing of rooms that a token may not read, or that its user is banned from", async () => {
  const authority = await Authority.create({ secret: SECRET, guests: "none" });
  const api = new ApiBench({ authorize: byToken(authority) });
  const bearer = async (claims: object) => ({
    authorization: `Bearer ${await signed(claims)}`,
  });
  const moderator = await bearer({ rights: ["read", "write", "moderate"] });
  for (const room of ["hall", "yard", "tea-hall"]) {
    await publish(api, room, `Words of ${room}`, moderator);
  }
  const eve = await bearer({ sub: "eve", rooms: ["hall", "yard"] });
  assertEquals(names(await list(api, "search=hall&previews=true", eve)), [
    "hall",
  ]);
  const banned = await api.ask("/api/rooms/yard/bans", {
    method: "POST",
    headers: { ...moderator, "content-type": "application/json" },
    body: JSON.stringify({ user: "eve", forMs: 60_000 }),
  });
  assertEquals(banned.status, 201, await banned.text());
  const { rooms } = await list(api, "previews=true", eve);
  assertEquals(
    rooms.map(({ room, last }: Answer) => [room, last?.text]),
    [["hall", "Words of hall"], ["yard", undefined]],
  );
});
