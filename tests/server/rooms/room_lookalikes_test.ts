/** New rooms that people could take for others are refused; old ones stay. */

import { assertEquals, assertMatch } from "@std/assert";
import { RoomLookalikes } from "../../../server/rooms/room_lookalikes.ts";
import { V1Client } from "../../helpers/clients.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { SECRET, signed } from "../../helpers/tokens.ts";

const MIXED = ["lоbby", "lobьy", "rооm", "чат-xаб", "сlаss.1", "a\u093E"];

Deno.test("rejects the name of a room without messages when a word mixes scripts", () => {
  const rooms = new RoomLookalikes();
  for (const room of MIXED) {
    assertEquals(rooms.errorOf(room)?.code, "bad_room", room);
  }
  for (
    const room of ["команда-1", "чат-room", "ひらがな", "हिन्दी", "中文", "a-b"]
  ) {
    assertEquals(rooms.errorOf(room), undefined);
  }
});

Deno.test("a room without messages does not look like an open room", () => {
  const rooms = new RoomLookalikes();
  for (const room of ["coco", "class-1", "カナ"]) rooms.add(room);
  // Cyrillic letters alone, figures, and a Han character.
  for (const room of ["сосо", "class-l", "力ナ", "1obby"]) {
    assertMatch(rooms.errorOf(room)?.message ?? "", /looks like that of/);
  }
  for (const room of ["coco", "class-2", "lobby"]) {
    assertEquals(rooms.errorOf(room), undefined);
  }
  for (const room of ["coco", "lobby"]) rooms.delete(room);
  assertEquals(rooms.errorOf("сосо"), undefined);
  assertEquals(rooms.errorOf("1obby")?.code, "bad_room");
});

Deno.test("a room without messages does not look like an open room, whatever marks its name has", () => {
  const rooms = new RoomLookalikes();
  for (const room of ["tim", "حسن", "izmir", "ada"]) rooms.add(room);
  for (
    const room of [
      ...["ti\u0307m", "t\u0131\u0307m"],
      ...[
        "حســن",
        "حسـن",
        "i\u0307zmir",
        "ᴀᴅᴀ",
        "\u029F\u1D0F\u0299\u0299\u028F",
      ],
    ]
  ) {
    assertMatch(rooms.errorOf(room)?.message ?? "", /looks like that of/);
  }
  for (const room of ["zoë\u0308", "दी\u0940पक", "ไทย\u0E31\u0E31"]) {
    assertMatch(rooms.errorOf(room)?.message ?? "", /mixes alphabets/);
  }
  for (const room of ["tim", "حسن", "izmir", "ada"]) rooms.delete(room);
  assertEquals(rooms.errorOf("ti\u0307m"), undefined);
});

for (const room of [...MIXED, "1obby"]) {
  Deno.test(`the room ${room} cannot be joined or created`, async () => {
    const bench = new HubBench();
    const ada = await bench.enter("Ada");
    ada.reader.frames = [];
    bench.hub.join(ada.session, {
      type: "join",
      room,
      id: 1,
    });
    await bench.turn();
    bench.hub.publish(ada.session, {
      type: "publish",
      room,
      text: "x",
      cid: "c",
      id: 2,
    });
    await bench.turn();
    assertEquals(
      ada.reader.all("error").map(({ code, id }) => [code, id]),
      [["bad_room", 1], ["bad_room", 2]],
    );
    assertEquals(ada.session.members.has(room), false);
  });
}

Deno.test("a room of before these rules is read and written to", async () => {
  const bench = new HubBench();
  const room = "lоbby";
  await bench.store.inner.append([{
    room,
    from: "B",
    author: "b",
    text: "old",
  }]);
  const ada = await bench.enter("Ada");
  bench.hub.publish(ada.session, {
    type: "publish",
    room,
    text: "unread",
    cid: "c",
    id: 1,
  });
  await bench.turn();
  bench.hub.join(ada.session, {
    type: "join",
    room,
    limit: 10,
    id: 2,
  });
  await bench.turn();
  bench.hub.publish(ada.session, {
    type: "publish",
    room,
    text: "new",
    cid: "d",
    id: 3,
  });
  await bench.turn();
  assertEquals(ada.reader.all("error"), []);
  assertEquals(ada.reader.texts, ["old", "unread", "new"]);
});

Deno.test("a confusable room name does not reveal the name of the existing room", async () => {
  await using server = await InProcessServer.start({ authSecret: SECRET });
  const enter = async (sub: string, rooms: readonly string[]) => {
    const token = await signed({ sub, name: sub, rooms });
    const client = await V1Client.connect(server.socket("/ws"));
    await client.ask({ type: "hello", auth: token }, "welcome");
    return { client, headers: { authorization: `Bearer ${token}` } };
  };
  const open = await enter("Ada", ["*"]);
  await using _ada = open.client;
  await open.client.ask({ type: "join", room: "l126" }, "joined");
  for (
    const [sub, rooms, code] of [
      ["Ben", ["1*"], "bad_room"],
      ["Eve", ["2*"], "forbidden"],
    ] as const
  ) {
    const { client, headers } = await enter(sub, rooms);
    await using _client = client;
    for (const type of ["join", "publish"]) {
      const ask = { type, room: "1126", text: "x", id: 7 };
      const refused = await client.ask(ask, "error");
      assertEquals(refused.code, code);
      assertEquals(JSON.stringify(refused).includes("l126"), false);
    }
    const response = await fetch(server.url("/api/rooms/1126/messages"), {
      method: "POST",
      body: "x",
      headers,
    });
    const answer = await response.text();
    assertMatch(answer, new RegExp(code));
    assertEquals(answer.includes("l126"), false, answer);
  }
});
