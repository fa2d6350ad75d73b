/**
 * People on several nodes on one Redis: who is connected to which must not be
 * seen.
 */

import { assert, assertEquals } from "@std/assert";
import { CLOSE } from "../../../protocol/close_codes.ts";
import { type Clock, systemClock } from "../../../server/runtime/clock.ts";
import { openFleet } from "../../../server/fleet/open_fleet.ts";
import { SILENCE } from "../../helpers/doubles/silence.ts";
import { openStore } from "../../../server/store/open_store.ts";
import { LEASE_MS, PausableClock } from "../../fleet/bench.ts";
import {
  type InProcessOptions,
  InProcessServer,
} from "../../helpers/in_process.ts";
import { Program } from "../../helpers/programs/program.ts";
import { RedisServer } from "../../helpers/programs/redis_server.ts";
import { type Json, Peer } from "../peer.ts";
import { ignore, redis } from "./redis.ts";

/** Starts a node. */
async function node(
  server: RedisServer,
  settings: InProcessOptions = {},
  clock: Clock = systemClock,
): Promise<InProcessServer> {
  const { address } = server;
  const retention = { messages: 1_000, ms: 0 };
  const store = await openStore(address, { clock: systemClock, retention });
  const options = {
    store,
    shared: false,
    clock,
    log: SILENCE,
    leaseMs: LEASE_MS,
  };
  return await InProcessServer.start({
    with: store,
    fleet: await openFleet(address, options),
    ...settings,
  });
}

/** Registers a test with three nodes. */
function test(
  title: string,
  run: (
    nodes: [InProcessServer, InProcessServer, InProcessServer],
    server: RedisServer,
  ) => Promise<void>,
  settings: InProcessOptions = {},
): void {
  Deno.test({
    name: `people of a fleet on ${redis}: ${title}`,
    ignore,
    async fn() {
      await using server = await RedisServer.start();
      await using a = await node(server, settings);
      await using b = await node(server, settings);
      await using c = await node(server, settings);
      await run([a, b, c], server);
    },
  });
}

/** Somebody who has said hello. */
interface Person {
  readonly peer: Peer;
  readonly welcome: Json;
}

async function hello(at: InProcessServer | Program, fields: Json) {
  const peer = await Peer.connect(at.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello", ...fields });
  return { peer, welcome: await peer.event({ type: "welcome" }) };
}

/** Somebody who is in the room `hall`. */
async function enter(
  at: InProcessServer | Program,
  fields: Json,
): Promise<Person & { joined: Json }> {
  const person = await hello(at, fields);
  person.peer.send({ type: "join", room: "hall" });
  const joined = await person.peer.event({ type: "joined" });
  return { ...person, joined };
}

/** Resolves when somebody knows that so many are in the hall. */
async function knows(peer: Peer, count: number): Promise<Json> {
  while (true) {
    peer.send({ type: "who", room: "hall" });
    const here = await peer.event({ type: "presence", asked: true });
    if (here["count"] === count) return here;
    // Asking is limited too.
    await new Promise((again) => setTimeout(again, 100));
  }
}

/** What somebody is told of who comes and goes until this one comes. */
async function newsUntil(peer: Peer, name: string): Promise<Json[]> {
  const news: Json[] = [];
  while (true) {
    const event = await peer.event({ type: "presence" });
    if (event["joined"]?.includes(name)) return news;
    news.push(event);
  }
}

test("promise 6: a name is taken on all nodes", async ([a, b, c]) => {
  await using ada = (await hello(a, { name: "Ada" })).peer;
  await using bob = (await hello(b, { name: "Bob" })).peer;
  bob.send({ type: "rename", name: "ADA", id: 1 });
  const refused = await bob.event({ type: "error", id: 1 });
  assertEquals([refused["code"], refused["suggestion"]], [
    "name_taken",
    "ADA 2",
  ]);
  await using late = await Peer.connect(c.socket("/ws/hall?name=Ada"));
  assertEquals(JSON.parse(await late.line()).name, "Ada 2");
  const script = await fetch(c.url("/api/rooms/hall/messages?name=ada"), {
    method: "POST",
    body: "hi",
  });
  assertEquals([script.status, (await script.json()).code], [
    409,
    "name_taken",
  ]);
  // What comes behind a rename has the new name.
  ada.send(
    { type: "rename", name: "Countess" },
    { type: "join", room: "hall" },
    { type: "publish", room: "hall", text: "hi" },
  );
  assertEquals((await ada.event({ type: "renamed" }))["name"], "Countess");
  assertEquals((await ada.event({ type: "message" }))["from"], "Countess");
});

test("all are counted, listed, heard to come, go, type and change their names", async ([a, b, c]) => {
  await using ada = (await enter(a, { name: "Ada" })).peer;
  await using bob = (await enter(b, { name: "Bob" })).peer;
  assertEquals(
    (await ada.event({ type: "presence" }))["joined"],
    ["Bob"],
  );
  while (true) {
    // Nobody of it is on this node.
    const list = await (await fetch(c.url("/api/rooms"))).json();
    if (list.rooms[0]?.online === 2) break;
    await new Promise((again) => setTimeout(again, 100));
  }
  const carl = await enter(c, { name: "Carl" });
  await using _carl = carl.peer;
  assertEquals(carl.joined["count"], 3);
  assertEquals(carl.joined["members"].toSorted(), ["Ada", "Bob", "Carl"]);
  await knows(ada, 3);
  bob.send({ type: "typing", room: "hall" });
  for (const peer of [ada, carl.peer]) {
    assertEquals((await peer.event({ type: "typing" }))["from"], "Bob");
  }
  bob.send({ type: "rename", name: "Rob" });
  const renamed = await ada.until((line) => line.includes('"renamed"'));
  assertEquals(JSON.parse(renamed).renamed, [["Bob", "Rob"]]);
  await bob.close();
  const left = await ada.event({ type: "presence" });
  assertEquals([left["left"], left["count"]], [["Rob"], 2]);
  const metrics = await (await fetch(a.url("/metrics"))).text();
  assert(metrics.includes("\nhubbub_nodes 3\n"), metrics);
});

test(
  "promise 3: a client that reconnects to another node resumes without leaving its rooms",
  async ([a, b, c]) => {
    const ada = await enter(a, { name: "Ada" });
    await using carl = (await enter(c, { name: "Carl" })).peer;
    await knows(carl, 2);
    // Her node has heard of him, so all can.
    await knows(ada.peer, 2);
    await ada.peer.lose();
    carl.send({ type: "publish", room: "hall", text: "while away" });
    const { token } = ada.welcome;
    const again = await hello(b, { token, name: "Ada" });
    await using _again = again.peer;
    assertEquals(
      [again.welcome["resumed"], again.welcome["name"]],
      [true, "Ada"],
    );
    assertEquals(again.welcome["session"], ada.welcome["session"]);
    const { epoch } = ada.joined;
    again.peer.send({ type: "join", room: "hall", since: { epoch, seq: 0 } });
    const joined = await again.peer.event({ type: "joined" });
    assertEquals([joined["recovered"], joined["count"]], ["full", 2]);
    assertEquals(
      (await again.peer.event({ type: "message" }))["text"],
      "while away",
    );
    // Until after the first node has given her up, and longer than its grace.
    await using _ella = (await enter(a, { name: "Ella" })).peer;
    assertEquals(await newsUntil(carl, "Ella"), []);
    await new Promise((after) => setTimeout(after, 1_500));
    await using _fay = (await enter(b, { name: "Fay" })).peer;
    assertEquals(await newsUntil(carl, "Fay"), []);
    assertEquals((await knows(carl, 4))["members"].toSorted(), [
      "Ada",
      "Carl",
      "Ella",
      "Fay",
    ]);
    // And when she leaves, she leaves.
    await again.peer.close();
    assertEquals((await carl.event({ type: "presence" }))["left"], ["Ada"]);
  },
  { grace: 1 },
);

test("a second connection on another node takes over, and the first gets the reason", async ([a, b, c]) => {
  const ada = await enter(a, { name: "Ada" });
  await using carl = (await enter(c, { name: "Carl" })).peer;
  await knows(carl, 2);
  const { token } = ada.welcome;
  await using again = (await enter(b, { token })).peer;
  assertEquals((await ada.peer.closed).code, CLOSE.replaced.code);
  // She goes back, and the second is closed as well.
  await using back = (await enter(a, { token })).peer;
  assertEquals((await again.closed).code, CLOSE.replaced.code);
  await using _ella = (await enter(b, { name: "Ella" })).peer;
  assertEquals(await newsUntil(carl, "Ella"), []);
  back.send({ type: "publish", room: "hall", text: "here" });
  assertEquals((await carl.event({ type: "message" }))["from"], "Ada");
});

test("clients that can reconnect do not notice a node's restart", async ([a, b, c]) => {
  const ada = await enter(a, { name: "Ada" });
  await using simple = await Peer.connect(a.socket("/ws/hall?name=Sam"));
  await using carl = (await enter(c, { name: "Carl" })).peer;
  await knows(carl, 3);
  const stopped = a.stop();
  assertEquals((await ada.peer.closed).code, CLOSE.restart.code);
  const { token } = ada.welcome;
  const again = await enter(b, { token });
  await using _again = again.peer;
  assertEquals(
    [again.welcome["resumed"], again.welcome["name"]],
    [true, "Ada"],
  );
  await simple.closed;
  await stopped;
  assertEquals((await carl.event({ type: "presence" }))["left"], ["Sam"]);
  // Longer than its lease.
  await new Promise((after) => setTimeout(after, 2 * LEASE_MS));
  await using _ella = (await enter(b, { name: "Ella" })).peer;
  assertEquals(await newsUntil(carl, "Ella"), []);
  assertEquals((await knows(carl, 3))["members"].toSorted(), [
    "Ada",
    "Carl",
    "Ella",
  ]);
});

Deno.test({
  name:
    `people of a fleet on ${redis}: promise 6: who loses the name while the node sleeps is told so, and others stay`,
  ignore,
  async fn() {
    await using server = await RedisServer.start();
    const clock = new PausableClock();
    await using a = await node(server, {}, clock);
    await using b = await node(server);
    const first = await enter(a, { name: "Ada" });
    await using ella = (await enter(a, { name: "Ella" })).peer;
    await using bob = (await enter(b, { name: "Bob" })).peer;
    await knows(bob, 3);
    clock.pause();
    const left = await bob.event({ type: "presence" });
    assertEquals(left["left"].toSorted(), ["Ada", "Ella"]);
    await using _ada = (await enter(b, { name: "Ada" })).peer;
    await knows(bob, 2);
    clock.resume();
    assertEquals((await first.peer.closed).code, CLOSE.outnamed.code);
    assertEquals((await knows(bob, 3))["members"].toSorted(), [
      "Ada",
      "Bob",
      "Ella",
    ]);
    await knows(ella, 3);
    // Her client knows what to do.
    const again = await Peer.connect(b.socket("/ws"), "hubbub.v1");
    const { token } = first.welcome;
    again.send({ type: "hello", token, name: "Ada", id: 1 });
    const { suggestion } = await again.event({ type: "error", id: 1 });
    again.send({ type: "hello", token, name: suggestion, id: 2 });
    assertEquals((await again.event({ id: 2 }))["name"], "Ada 2");
    await again.close();
  },
});

test(
  "promise 7: a hello that cannot be decided is answered, and can be said again",
  async ([a], server) => {
    await using waiting = await Peer.connect(a.socket("/ws"), "hubbub.v1");
    await using there = (await enter(a, { name: "Thea" })).peer;
    await server.kill();
    waiting.send({ type: "hello", name: "Ada", id: 1 });
    const error = await waiting.event({ type: "error", id: 1 });
    assertEquals([error["code"], error["retryable"]], [
      "store_unavailable",
      true,
    ]);
    const simple = await Peer.connect(a.socket("/ws/hall?name=Sam"));
    assertEquals(
      (await simple.event({ event: "error" }))["code"],
      "store_unavailable",
    );
    assertEquals((await simple.closed).code, CLOSE.tryLater.code);
    await using text = await Peer.connect(a.socket("/text"));
    text.send("Tom");
    await text.until((line) => line.includes("Names cannot be looked up"));
    there.send({ type: "who", room: "hall", id: 2 });
    assertEquals((await there.event({ id: 2 }))["count"], 1);
    await server.start();
    while (true) {
      waiting.send({ type: "hello", name: "Ada", id: 3 });
      const reply = JSON.parse(await waiting.line());
      if (reply.type === "welcome") break;
      assertEquals(reply.code, "store_unavailable");
      await new Promise((again) => setTimeout(again, 50));
    }
  },
);

Deno.test({
  name:
    `people of a fleet on ${redis}: those of a node that is killed leave, once`,
  ignore,
  async fn() {
    await using server = await RedisServer.start();
    const args = ["--store", server.address];
    await using a = await Program.start({ args });
    await using b = await Program.start({ args });
    await enter(a, { name: "Ada" });
    await enter(a, { name: "Adam" });
    await using bob = (await enter(b, { name: "Bob" })).peer;
    await knows(bob, 3);
    a.signal("SIGKILL");
    const left = await bob.event({ type: "presence" });
    assertEquals([left["left"].toSorted(), left["count"]], [
      ["Ada", "Adam"],
      1,
    ]);
    await using _ella = (await enter(b, { name: "Ella" })).peer;
    assertEquals(await newsUntil(bob, "Ella"), []);
    await using _ada = (await enter(b, { name: "Ada" })).peer;
  },
});
