/** Each dialect against each, in one room at once, over real sockets. */

import { assert, assertEquals } from "@std/assert";
import { Client, V1Client } from "../../helpers/clients.ts";
import { InProcessServer } from "../../helpers/in_process.ts";

/** Somebody in a room, in some dialect. */
interface Person {
  readonly client: Client;
  readonly name: string;
  /** Whether it is shown its own messages. */
  readonly echoes: boolean;
  say(text: string): void;
  /** The author and text of a frame's messages; none for anything else. */
  messages(frame: string): [from: string, text: string][];
  /** Whether a frame tells that somebody came or went. */
  tells(frame: string, name: string, what: "joined" | "left"): boolean;
}

type Enter = (server: InProcessServer, name: string) => Promise<Person>;

const ROOM = "hall";

const PEOPLE: Readonly<Record<string, Enter>> = {
  async text(server, name) {
    const client = await Client.native(server.socket(`/text/${ROOM}`));
    assertEquals(
      await client.inbox.next(),
      "[Server]: Welcome. What is your name?",
    );
    client.send(name);
    await client.inbox.until((frame) => frame.includes("You are in hall."));
    return {
      client,
      name,
      echoes: false,
      say: (text) => client.send(text),
      messages(frame) {
        const [, from, text] = /^\[(.+?)\]: ([^]*)$/.exec(frame) ?? [];
        return from === undefined || from === "Server"
          ? []
          : [[from, text ?? ""]];
      },
      tells: (frame, name, what) =>
        frame === `[Server]: ${name} has ${what} the chat.`,
    };
  },

  async simple(server, name) {
    const client = await Client.foreign(
      server.socket(`/ws/${ROOM}?name=${name}`),
    );
    const welcome = JSON.parse(await client.inbox.next());
    assertEquals(welcome.name, name);
    // In the room as soon as the own words come back.
    client.send(`${name} is here`);
    await client.inbox.until((frame) => frame.includes(`${name} is here`));
    return {
      client,
      name,
      echoes: true,
      say: (text) => client.send(text),
      messages(frame) {
        const { sender, message, event } = JSON.parse(frame);
        return event === undefined ? [[sender, message]] : [];
      },
      tells(frame, name, what) {
        const { sender, event } = JSON.parse(frame);
        return sender === name && event === what;
      },
    };
  },

  async "hubbub.v1"(server, name) {
    const { client } = await V1Client.in(ROOM, {
      url: server.socket("/ws"),
      name,
    });
    const events = (frame: string) =>
      frame.split("\n").map((line) => JSON.parse(line));
    return {
      client,
      name,
      echoes: true,
      say: (text) =>
        client.send(JSON.stringify({ type: "publish", room: ROOM, text })),
      messages: (frame) =>
        events(frame).filter(({ type }) => type === "message")
          .map(({ from, text }) => [from, text]),
      tells: (frame, name, what) =>
        events(frame).some((event) =>
          event.type === "presence" && event[what]?.includes(name)
        ),
    };
  },
};

/** Takes messages up to the frame with the one that says this. */
async function heard(person: Person, last: string) {
  const messages: [string, string][] = [];
  while (!messages.some(([, text]) => text === last)) {
    messages.push(...person.messages(await person.client.inbox.next()));
  }
  return messages;
}

for (const [one, enterOne] of Object.entries(PEOPLE)) {
  for (const [other, enterOther] of Object.entries(PEOPLE)) {
    Deno.test(`${one} and ${other} talk in one room, and see each other come and go`, async () => {
      await using server = await InProcessServer.start();
      const ada = await enterOne(server, "Ada");
      const bob = await enterOther(server, "Bob");
      await ada.client.inbox.until((frame) =>
        ada.tells(frame, "Bob", "joined")
      );
      const nasty = 'two\nlines, "quotes", <b>, 👩‍💻';
      ada.say(nasty);
      bob.say("end");
      const shown = nasty.replace("\n", one === "text" ? "\n    " : "\n");
      const shownToBob = nasty.replace(
        "\n",
        other === "text" ? "\n    " : "\n",
      );
      const toAda = await heard(ada, "end");
      if (ada.echoes) assert(toAda.some(([, text]) => text === shown));
      else assertEquals(toAda.filter(([from]) => from === "Ada"), []);
      assertEquals(toAda.find(([, text]) => text === "end"), ["Bob", "end"]);
      const toBob = await heard(bob, shownToBob);
      assertEquals(toBob.find(([, text]) => text === shownToBob)?.[0], "Ada");
      await bob.client.close(1000);
      await ada.client.inbox.until((frame) => ada.tells(frame, "Bob", "left"));
      await ada.client.close(1000);
      assertEquals(server.errors, []);
    });
  }
}

Deno.test("promise 2: readers of all dialects see the same messages in the same order, each once", async () => {
  await using server = await InProcessServer.start({ rate: 0 });
  const people: Person[] = [];
  for (const [index, enter] of Object.values(PEOPLE).entries()) {
    people.push(await enter(server, `Writer ${index}`.replace(" ", "")));
  }
  const url = server.socket("/ws");
  await using judge = await V1Client.in(ROOM, { url, name: "Judge" });
  for (let n = 0; n < 100; n++) {
    for (const person of people) person.say(`${person.name} ${n}`);
  }
  const order: string[] = [];
  while (order.length < 300) {
    const { seq, from, text } = await judge.next("message");
    // One of them said a word before.
    if (/ is here$/.test(text)) continue;
    assertEquals(text.startsWith(from), true);
    assertEquals(seq, order.length + 2);
    order.push(text);
  }
  for (const person of people) {
    const wanted = order.filter((text) =>
      person.echoes || !text.startsWith(person.name)
    );
    const seen = await heard(person, wanted.at(-1)!);
    assertEquals(
      seen.map(([, text]) => text).filter((text) => / \d+$/.test(text)),
      wanted,
    );
    await person.client.close(1000);
  }
});
