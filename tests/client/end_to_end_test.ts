import { assert, assertEquals } from "@std/assert";
import {
  type Client,
  connect,
  type ConnectOptions,
  type Room,
  type RoomEvents,
} from "../../client/hubbub.ts";
import { lastingAddress } from "../helpers/doubles/lasting_store.ts";
import { TempFolder } from "../helpers/temp.ts";
import { seeded } from "./fakes.ts";
import { RealServer } from "./server.ts";

/** Comes back fast, so that the tests do. */
const quick = { backoffBaseMs: 5, backoffCapMs: 20 };

function connectTo(
  server: RealServer,
  options: ConnectOptions = {},
): Client & AsyncDisposable {
  const client = connect(server.url, { ...quick, ...options });
  return Object.assign(client, {
    [Symbol.asyncDispose]: async () => void await client.close(),
  });
}

/** The next event, or the next that fits. */
function next<E extends keyof RoomEvents>(
  room: Room,
  event: E,
  fits: (value: RoomEvents[E]) => boolean = () => true,
): Promise<RoomEvents[E]> {
  const { promise, resolve } = Promise.withResolvers<RoomEvents[E]>();
  const stop = room.on(event, (value) => {
    if (!fits(value)) return;
    stop();
    resolve(value);
  });
  return promise;
}

/** A socket that loses its connection when the test says so. */
function cuttable() {
  const sockets = new Set<WebSocket>();
  class CuttableSocket extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.add(this);
      this.addEventListener("close", () => sockets.delete(this));
    }
  }
  return {
    WebSocket: CuttableSocket,
    cut: () => sockets.forEach((socket) => socket.close(3000, "Cut")),
  };
}

Deno.test("clients exchange messages, see each other and read history", async () => {
  await using server = await RealServer.start();
  await using ada = connectTo(server, { name: "Ada" });
  const room = ada.join("lobby");
  await next(room, "joined");
  await using bob = connectTo(server, { name: "Bob" });
  const sameRoom = bob.join("Lobby");
  const seen = next(room, "presence", ({ joined }) => joined.includes("Bob"));
  await next(sameRoom, "joined");
  assertEquals((await seen).count, 2);
  assertEquals([room.members, sameRoom.members], [
    ["Ada", "Bob"],
    ["Ada", "Bob"],
  ]);

  const heard = next(sameRoom, "message");
  const sent = await room.publish("Hello everyone!").done;
  assertEquals(sent, { phase: "sent", seq: 1 });
  const { from, text, mine, replay } = await heard;
  assertEquals([from, text, mine, replay], [
    "Ada",
    "Hello everyone!",
    false,
    false,
  ]);

  const typing = next(room, "typing");
  sameRoom.typing();
  assertEquals((await typing).from, "Bob");

  const renamed = next(room, "presence");
  assertEquals(await bob.rename("Bobby"), "Bobby");
  assertEquals((await renamed).renamed, [["Bob", "Bobby"]]);

  for (let i = 2; i <= 5; i++) await room.publish(`message ${i}`).done;
  const page = await sameRoom.history({ before: 5, limit: 2 });
  assertEquals(page.messages.map(({ seq }) => seq), [3, 4]);
  assertEquals([page.older, page.head], [true, 5]);
});

Deno.test("a client that joins gets history, then new messages", async () => {
  await using server = await RealServer.start();
  await using ada = connectTo(server, { name: "Ada" });
  const room = ada.join("lobby");
  for (let i = 1; i <= 5; i++) room.publish(`${i}`);
  await next(room, "message", ({ seq }) => seq === 5);

  await using bob = connectTo(server);
  const sameRoom = bob.join("lobby", { limit: 3 });
  const heard: [number, boolean][] = [];
  sameRoom.on("message", ({ seq, replay }) => heard.push([seq, replay]));
  await next(sameRoom, "live");
  assertEquals(heard, [[3, true], [4, true], [5, true]]);
  room.publish("6");
  await next(sameRoom, "message");
  assertEquals(heard.at(-1), [6, false]);
});

Deno.test("a client whose name is taken gets another name and joins the room", async () => {
  await using server = await RealServer.start();
  await using ada = connectTo(server, { name: "Ada" });
  await next(ada.join("lobby"), "joined");
  await using other = connectTo(server, { name: "ADA" });
  const room = other.join("lobby");
  const sent = room.publish("hi");
  await next(room, "joined");
  assertEquals((await sent.done).phase, "sent");
  assert(other.name !== "Ada" && other.name?.startsWith("ADA"));
});

Deno.test("connection with the same token takes over, and the other stays away", async () => {
  await using server = await RealServer.start();
  await using ada = connectTo(server, { name: "Ada" });
  await next(ada.join("lobby"), "joined");
  assert(ada.token);
  await using again = connectTo(server, { token: ada.token });
  const { why, code } = await ada.closed;
  assertEquals([why, code], ["replaced", 4502]);
  assertEquals([again.name, again.session], ["Ada", ada.session]);
});

Deno.test("client that lost its connection is not seen leaving", async () => {
  await using server = await RealServer.start();
  await using bob = connectTo(server, { name: "Bob" });
  const room = bob.join("lobby");
  await next(room, "joined");
  const { WebSocket, cut } = cuttable();
  await using ada = connectTo(server, { name: "Ada", WebSocket });
  const sameRoom = ada.join("lobby");
  await next(sameRoom, "joined");
  const left: string[] = [];
  room.on("presence", (presence) => left.push(...presence.left));
  cut();
  await next(sameRoom, "joined", ({ again }) => again);
  await sameRoom.publish("back").done;
  assertEquals([left, room.members], [[], ["Ada", "Bob"]]);
});

Deno.test("clients go on with everything after the server has been restarted", async () => {
  using folder = new TempFolder();
  const store = lastingAddress(folder);
  const server = await RealServer.start({ store });
  const { port } = server;
  await using ada = connectTo(server, { name: "Ada" });
  const room = ada.join("lobby");
  const heard: string[] = [];
  room.on("message", ({ text }) => heard.push(text));
  await room.publish("before").done;
  let resets = 0;
  room.on("reset", () => resets++);

  const down = Promise.withResolvers<void>();
  ada.on("state", ({ phase }) => phase === "waiting" && down.resolve());
  await server.stop();
  await down.promise;
  const meanwhile = room.publish("meanwhile");
  await using _again = await RealServer.start({ port, store });
  assertEquals((await meanwhile.done).phase, "sent");
  await room.publish("after").done;
  while (heard.length < 3) await next(room, "message");
  assertEquals(heard, ["before", "meanwhile", "after"]);
  assertEquals(resets, 0);
  // Before the server goes: a client that comes back holds up its end.
  await ada.close();
});

// The promise the library exists for, against the real server: connections are
// lost at random while everybody talks.
Deno.test("clients see the same messages, in the same order, each once, whatever breaks", async () => {
  const PUBLISHES = 150;
  const random = seeded(7);
  await using server = await RealServer.start();
  const names = ["Ada", "Bob", "Cid"];
  const people = names.map((name) => {
    const { WebSocket, cut } = cuttable();
    const client = connectTo(server, { name, WebSocket });
    const room = client.join("lobby");
    const heard: string[] = [];
    const seqs: number[] = [];
    const all = Promise.withResolvers<void>();
    let joins = 0;
    room.on("joined", () => joins++);
    room.on("message", ({ seq, text }) => {
      heard.push(text);
      seqs.push(seq);
      // Cutting is part of what happens on the way, not of the test's clock.
      if (random() < 0.05) cut();
      if (heard.length === PUBLISHES * names.length) all.resolve();
    });
    return { name, client, room, heard, seqs, all, joins: () => joins };
  });
  await Promise.all(people.map(({ room }) => next(room, "joined")));
  await Promise.all(people.map(async ({ name, room }) => {
    for (let i = 0; i < PUBLISHES; i++) {
      const { done } = room.publish(`${name} ${i}`);
      // Some wait for their acks and some do not.
      if (random() < 0.3) assertEquals((await done).phase, "sent");
    }
  }));
  await Promise.all(people.map(({ all }) => all.promise));

  const [first] = people;
  for (const { heard, seqs } of people) {
    assertEquals(seqs, seqs.map((_, index) => index + 1));
    assertEquals(heard, first?.heard);
  }
  for (const name of names) {
    const own = first?.heard.filter((text) => text.startsWith(`${name} `));
    assertEquals(
      own,
      Array.from({ length: PUBLISHES }, (_, i) => `${name} ${i}`),
      "in the order of publishing, nothing lost, nothing twice",
    );
  }
  assert(people.every(({ joins }) => joins() > 3), "connections were cut");
  await Promise.all(people.map(({ client }) => client.close()));
});
