/**
 * What every lesson sends, to the letter. The texts stand here once more on
 * purpose: a change of the table has to break something.
 */

import { assertEquals } from "@std/assert";
import { LESSONS } from "../../server/lessons/table.ts";
import { Client, LessonServer } from "./helpers.ts";

interface Contract {
  readonly name: string;
  readonly onConnecting?: string;
  readonly onMessage: readonly (readonly [m: string, answer: string])[];
}

const CONTRACTS: readonly Contract[] = [
  {
    name: "hello",
    onMessage: [["Hello, Server!", "Hello, Client!"], ["", "Hello, Client!"], [
      "CLOSE_CONNECTION",
      "Hello, Client!",
    ]],
  },
  {
    name: "echo",
    onMessage: [["Hello", "Echo: Hello"], ["", "Echo: "], [
      "close_connection",
      "Echo: close_connection",
    ], [" CLOSE_CONNECTION", "Echo:  CLOSE_CONNECTION"]],
  },
  {
    name: "greeter",
    onConnecting: "Hello, Client!",
    onMessage: [["Hi", "Server received: Hi"], ["", "Server received: "]],
  },
  {
    name: "said",
    onMessage: [
      ["Hi", 'Server: You said "Hi"'],
      ['a "b" <i>\n👩‍💻', 'Server: You said "a "b" <i>\n👩‍💻"'],
    ],
  },
  {
    name: "uppercase",
    onMessage: [["hello", "HELLO"], ["straße, ñandú", "STRASSE, ÑANDÚ"]],
  },
  {
    name: "history",
    onConnecting: "Welcome to the WebSocket server!",
    onMessage: [["Hi", "Server echo: Hi"], ["$&", "Server echo: $&"]],
  },
  {
    name: "broadcast",
    onConnecting: "Welcome! You\u2019re now in the broadcast room.",
    onMessage: [["Hi", "Broadcast: Hi"], ["$&", "Broadcast: $&"]],
  },
  {
    name: "says",
    onMessage: [["Hi", "User says: Hi"], ["", "User says: "]],
  },
  {
    name: "farewell",
    onMessage: [["Hi", "CLOSE_CONNECTION"], ["Bye", "CLOSE_CONNECTION"]],
  },
];

Deno.test("the contract covers every lesson, and the server has no other", () => {
  assertEquals(
    LESSONS.map(({ name }) => name),
    CONTRACTS.map(({ name }) => name),
  );
});

for (const { name, onConnecting, onMessage } of CONTRACTS) {
  Deno.test(`/lessons/${name} follows its contract`, async () => {
    await using server = await LessonServer.start();
    await using client = await Client.connect(server.url(name));
    for (const [m] of onMessage) client.send(m);
    const expected = [
      ...(onConnecting === undefined ? [] : [onConnecting]),
      ...onMessage.map(([_, answer]) => answer),
    ];
    assertEquals(await client.next(expected.length), expected);
    // Whatever was sent beyond that would be there before the close.
    await client.close();
    assertEquals(client.rest, []);
    assertEquals(server.errors, []);
  });
}

Deno.test("echo closes with 1000 on CLOSE_CONNECTION, and does not echo it", async () => {
  await using server = await LessonServer.start();
  await using client = await Client.connect(server.url("echo"));
  client.send("Hello");
  client.send("CLOSE_CONNECTION");
  const { code, wasClean } = await client.closed;
  assertEquals([code, wasClean], [1000, true]);
  assertEquals(client.rest, ["Echo: Hello"]);
});

for (const name of ["history", "broadcast"]) {
  const [prefix, welcome] = name === "history"
    ? ["Server echo: ", "Welcome to the WebSocket server!"]
    : ["Broadcast: ", "Welcome! You\u2019re now in the broadcast room."];

  Deno.test(`${name} sends newcomers the earlier messages`, async () => {
    await using server = await LessonServer.start();
    await using ada = await Client.connect(server.url(name));
    ada.send("one");
    await ada.next(2);
    await ada.close();
    await using bob = await Client.connect(server.url(name));
    assertEquals(await bob.next(2), [welcome, `${prefix}one`]);
    bob.send("two");
    assertEquals(await bob.next(), [`${prefix}two`]);
    await using eve = await Client.connect(server.url(name));
    assertEquals(await eve.next(3), [
      welcome,
      `${prefix}one`,
      `${prefix}two`,
    ]);
  });

  Deno.test(`${name} keeps the newest 100`, async () => {
    await using server = await LessonServer.start();
    await using ada = await Client.connect(server.url(name));
    for (let i = 1; i <= 103; i++) ada.send(`no. ${i}`);
    await ada.next(104);
    await using bob = await Client.connect(server.url(name));
    bob.send("mine");
    const [first, ...past] = await bob.next(102);
    assertEquals(first, welcome);
    assertEquals(past, [
      ...Array.from({ length: 100 }, (_, i) => `${prefix}no. ${i + 4}`),
      `${prefix}mine`,
    ]);
  });
}

Deno.test("history answers to the sender alone", async () => {
  await using server = await LessonServer.start();
  await using ada = await Client.connect(server.url("history"));
  await using bob = await Client.connect(server.url("history"));
  await bob.next();
  ada.send("from Ada");
  await ada.next(2);
  bob.send("from Bob");
  assertEquals(await bob.next(), ["Server echo: from Bob"]);
});

for (
  const [name, prefix] of [["broadcast", "Broadcast: "], [
    "says",
    "User says: ",
  ]] as const
) {
  Deno.test(`${name} sends to all clients, the sender included, in one order`, async () => {
    await using server = await LessonServer.start();
    await using ada = await Client.connect(server.url(name));
    await using bob = await Client.connect(server.url(name));
    if (name === "broadcast") await Promise.all([ada.next(), bob.next()]);
    ada.send("one");
    assertEquals(await bob.next(), [`${prefix}one`]);
    bob.send("two");
    bob.send("three");
    assertEquals(await bob.next(2), [`${prefix}two`, `${prefix}three`]);
    assertEquals(await ada.next(3), [
      `${prefix}one`,
      `${prefix}two`,
      `${prefix}three`,
    ]);
  });
}

Deno.test("says keeps no history, and goes on after a client leaves", async () => {
  await using server = await LessonServer.start();
  await using ada = await Client.connect(server.url("says"));
  ada.send("before");
  await ada.next();
  await using bob = await Client.connect(server.url("says"));
  await ada.close();
  bob.send("after");
  assertEquals(await bob.next(), ["User says: after"]);
});

Deno.test("lessons that remember have a history each", async () => {
  await using server = await LessonServer.start();
  await using ada = await Client.connect(server.url("history"));
  ada.send("in history");
  await ada.next(2);
  await using bob = await Client.connect(server.url("broadcast"));
  bob.send("in broadcast");
  assertEquals((await bob.next(2))[1], "Broadcast: in broadcast");
});
