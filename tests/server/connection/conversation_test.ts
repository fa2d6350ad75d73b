/** `hubbub.v1` over real sockets: what is asked, and what is answered. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Client, V1Client } from "../../helpers/clients.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { lastingStore } from "../../helpers/doubles/lasting_store.ts";
import { numbers } from "../../helpers/doubles/reader.ts";
import { TempFolder } from "../../helpers/temp.ts";

/** Ada in the room `hall` of a server. */
async function withAda(
  act: (
    context: { server: InProcessServer; url: string; ada: V1Client },
  ) => Promise<void>,
): Promise<void> {
  await using server = await InProcessServer.start();
  const url = server.socket("/ws");
  await using ada = await V1Client.in("hall", { url, name: "Ada" });
  await act({ server, url, ada });
  assertEquals(server.errors, []);
}

Deno.test("hello is answered with a name, a secret and the limits", async () => {
  await using server = await InProcessServer.start({ maxText: 5, rate: 7 });
  await using ada = await V1Client.connect(server.socket("/ws"));
  assertEquals(ada.client.protocol, "hubbub.v1");
  const welcome = await ada.ask(
    { type: "hello", name: " Ada ", id: 1 },
    "welcome",
  );
  assertEquals([welcome.name, welcome.id, welcome.resumed], ["Ada", 1, false]);
  assert(welcome.token.length > 20 && !welcome.session.includes("."));
  assertEquals(welcome.limits, {
    text: 5,
    rate: 7,
    history: 1000,
    idleSeconds: 30,
  });
});

Deno.test("a room in the path is joined right after welcome", async () => {
  await using server = await InProcessServer.start();
  await using ada = await V1Client.connect(server.socket("/ws/Hall"));
  ada.send({ type: "hello" });
  assertMatch((await ada.next("welcome")).name, /^\w+ \w+$/);
  const joined = await ada.next("joined");
  assertEquals([joined.room, joined.head, joined.recovered], [
    "hall",
    0,
    "none",
  ]);
});

Deno.test("a publish is acked with its seq, and a repeat with the first one's", () =>
  withAda(async ({ ada }) => {
    const publish = { type: "publish", room: "hall", text: "hi", cid: "c1" };
    const first = await ada.ask({ ...publish, id: "a" }, "ack");
    assertEquals([first.seq, first.cid, first.id, first.duplicate], [
      1,
      "c1",
      "a",
      undefined,
    ]);
    const again = await ada.ask({ ...publish, id: "b" }, "ack");
    assertEquals([again.seq, again.id, again.duplicate], [1, "b", true]);
    assertEquals((await ada.ask({ ...publish, cid: "c2" }, "ack")).seq, 2);
  }));

Deno.test("a message comes back with its cid, and is acked", () =>
  withAda(async ({ ada }) => {
    ada.send({ type: "publish", room: "hall", text: "hi", cid: "c1", id: 1 });
    const events = await ada.sofar();
    const find = (type: string) => events.find((event) => event.type === type);
    // A pong overtakes what waits for the store: the message, its ack, or both.
    while (find("message") === undefined || find("ack") === undefined) {
      events.push(...await ada.sofar());
    }
    const message = find("message");
    assert(message?.type === "message");
    assertEquals([message.cid, message.from, message.seq], ["c1", "Ada", 1]);
  }));

Deno.test("history is read in both directions", () =>
  withAda(async ({ ada }) => {
    for (const n of numbers(1, 9)) {
      ada.send({ type: "publish", room: "hall", text: `${n}`, id: n });
    }
    for (const _ of numbers(1, 9)) await ada.next("ack");
    const ask = async (range: object) => {
      const request = { type: "history", room: "hall", limit: 2, ...range };
      const page = await ada.ask(request, "history");
      return page.messages.map(({ text }) => text);
    };
    assertEquals(await ask({}), ["8", "9"]);
    assertEquals(await ask({ before: 8 }), ["6", "7"]);
    assertEquals(await ask({ after: 2 }), ["3", "4"]);
    assertEquals(await ask({ after: 9 }), []);
  }));

Deno.test("the who request lists everyone in the room", () =>
  withAda(async ({ url, ada }) => {
    await using bob = await V1Client.in("hall", { url, name: "Bob" });
    const who = await bob.ask({ type: "who", room: "hall", id: 5 }, "presence");
    assertEquals([who.members, who.count, who.id], [["Ada", "Bob"], 2, 5]);
    assertEquals((await ada.next("presence")).joined, ["Bob"]);
  }));

Deno.test("typing, rename and leave are sent to the others", () =>
  withAda(async ({ url, ada }) => {
    await using bob = await V1Client.in("hall", { url, name: "Bob" });
    bob.send({ type: "typing", room: "hall" });
    assertEquals((await ada.next("typing")).from, "Bob");
    const renamed = await bob.ask({ type: "rename", name: "Rob" }, "renamed");
    assertEquals(renamed.name, "Rob");
    assertEquals((await ada.next("presence")).renamed, [["Bob", "Rob"]]);
    const left = await bob.ask({ type: "leave", room: "hall", id: 3 }, "left");
    assertEquals([left.room, left.id], ["hall", 3]);
    assertEquals((await ada.next("presence")).left, ["Rob"]);
  }));

Deno.test("promise 6: refuses a taken name and suggests a free one", () =>
  withAda(async ({ url }) => {
    await using other = await V1Client.connect(url);
    const error = await other.ask({ type: "hello", name: "ＡＤＡ" }, "error");
    assertEquals([error.code, error.suggestion], ["name_taken", "ＡＤＡ 2"]);
    const welcome = await other.ask(
      { type: "hello", name: error.suggestion },
      "welcome",
    );
    assertEquals(welcome.name, "ＡＤＡ 2");
  }));

Deno.test("many lines in one frame are answered in their order", () =>
  withAda(async ({ ada }) => {
    ada.send(
      { type: "ping", id: 1 },
      { type: "dance", id: 2 },
      { type: "ping", id: 3 },
    );
    const answers = [
      (await ada.next("pong")).id,
      (await ada.next("error")).id,
      (await ada.next("pong")).id,
    ];
    assertEquals(answers, [1, 2, 3]);
  }));

Deno.test("promise 3: a reconnecting client gets its name, room and missed messages back without notice to others", () =>
  withAda(async ({ url, ada }) => {
    const bob = await V1Client.connect(url);
    const welcome = await bob.ask({ type: "hello", name: "Bob" }, "welcome");
    const joined = await bob.ask({ type: "join", room: "hall" }, "joined");
    await ada.next("presence");
    await bob.client.close(3000);
    await ada.ask(
      { type: "publish", room: "hall", text: "missed", id: 1 },
      "ack",
    );
    await using again = await V1Client.connect(url);
    const hello = { type: "hello", token: welcome.token };
    assertEquals((await again.ask(hello, "welcome")).name, "Bob");
    const since = { epoch: joined.epoch, seq: joined.head };
    again.send({ type: "join", room: "hall", since });
    assertEquals((await again.next("joined")).recovered, "full");
    assertEquals((await again.next("message")).text, "missed");
    const noticed = (await ada.sofar()).filter(({ type }) =>
      type === "presence"
    );
    assertEquals(noticed, []);
  }));

Deno.test("a second connection with the token takes over; the first is closed with 4502", () =>
  withAda(async ({ url, ada }) => {
    await using first = await V1Client.connect(url);
    const { token } = await first.ask(
      { type: "hello", name: "Bob" },
      "welcome",
    );
    await first.ask({ type: "join", room: "hall" }, "joined");
    await using second = await V1Client.connect(url);
    const welcome = await second.ask({ type: "hello", token }, "welcome");
    assertEquals([welcome.name, welcome.resumed], ["Bob", true]);
    assertEquals((await first.client.inbox.ended()).code, 4502);
    await second.ask({ type: "join", room: "hall" }, "joined");
    const who = await ada.ask({ type: "who", room: "hall", id: 1 }, "presence");
    assertEquals(who.count, 2);
  }));

Deno.test("a clean close leaves at once, a lost connection when the grace is over", async () => {
  await using server = await InProcessServer.start({ grace: 1 });
  const url = server.socket("/ws");
  await using ada = await V1Client.in("hall", { url, name: "Ada" });
  const bob = await V1Client.in("hall", { url, name: "Bob" });
  const eve = await V1Client.in("hall", { url, name: "Eve" });
  await eve.client.close(3000);
  await bob.client.close(1000);
  const left: unknown[] = [];
  while (left.length < 2) {
    const presence = await ada.next("presence");
    if (presence.left) left.push(...presence.left);
  }
  assertEquals(left, ["Bob", "Eve"]);
});

Deno.test("promise 1: acknowledged messages survive a restart and repeats are recognized", async () => {
  using folder = new TempFolder();
  const store = () => lastingStore(folder);
  const publish = {
    type: "publish",
    room: "hall",
    text: "hi",
    cid: "c",
    id: 1,
  };
  let token: string;
  let epoch: string;
  {
    await using server = await InProcessServer.start({ with: await store() });
    await using ada = await V1Client.connect(server.socket("/ws"));
    ({ token } = await ada.ask({ type: "hello", name: "Ada" }, "welcome"));
    ({ epoch } = await ada.ask({ type: "join", room: "hall" }, "joined"));
    assertEquals((await ada.ask(publish, "ack")).seq, 1);
  }
  await using server = await InProcessServer.start({ with: await store() });
  await using ada = await V1Client.connect(server.socket("/ws"));
  ada.send({ type: "hello", name: "Ada", token });
  ada.send({ type: "join", room: "hall", since: { epoch, seq: 0 } });
  assertEquals((await ada.next("joined")).recovered, "full");
  assertEquals((await ada.next("message")).text, "hi");
  const again = await ada.ask(publish, "ack");
  assertEquals([again.seq, again.duplicate], [1, true]);
});

Deno.test("`ws` gets the subprotocol it likes best, though it separates them by a comma alone", async () => {
  await using server = await InProcessServer.start();
  const offers = ["nonsense", "hubbub.v1", "hubbub.text"];
  await using client = await Client.foreign(server.socket("/ws"), offers);
  assertEquals(client.protocol, "hubbub.v1");
  client.send('{"type":"ping"}');
  assertEquals(JSON.parse(await client.inbox.next()).code, "hello_first");
});

Deno.test("a bare line client on the root talks in the lobby", async () => {
  await using server = await InProcessServer.start();
  await using ada = await Client.foreign(server.socket("/"));
  const { inbox } = ada;
  await inbox.next();
  ada.send("Server");
  assertMatch(await inbox.next(), / is reserved/);
  assertEquals(await inbox.next(), "[Server]: What is your name?");
  ada.send("Ada");
  assertMatch(await inbox.next(), /^\[Server\]: You are in lobby\. .*Ada\./);
  ada.send("/nick Countess");
  assertEquals(await inbox.next(), "[Server]: You are now Countess.");
  ada.send("/who");
  assertEquals(await inbox.next(), "[Server]: Here now: Countess.");
  ada.send("/join hall");
  assertMatch(await inbox.next(), /You are in hall/);
  ada.send("/quit");
  assertEquals((await inbox.ended()).code, 1000);
});

Deno.test("a simple client can ask for no history, and gets it marked otherwise", async () => {
  await using server = await InProcessServer.start();
  const url = server.socket("/ws");
  {
    await using first = await Client.native(`${url}?name=Ada`);
    await first.inbox.next();
    first.send("hi");
    await first.inbox.next();
  }
  await using second = await Client.native(url);
  await second.inbox.next();
  const replayed = JSON.parse(await second.inbox.next());
  assertEquals([replayed.sender, replayed.message, replayed.replay], [
    "Ada",
    "hi",
    true,
  ]);
  await using third = await Client.native(`${url}?history=0`);
  await third.inbox.next();
  third.send("now");
  assertEquals(JSON.parse(await third.inbox.next()).message, "now");
});
