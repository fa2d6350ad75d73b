/**
 * What each request and each endpoint answers those who lack a right, whichever
 * way they came to lack it: it is refused, and the answer is the same whether
 * there is such a thing or not.
 */

import { assert, assertEquals } from "@std/assert";
import type { ServerEvent } from "../../../protocol/events.ts";
import { type Right, RIGHTS } from "../../../protocol/rights.ts";
import { type Permissions, TRUSTED } from "../../../server/auth/permissions.ts";
import { V1Client } from "../../helpers/clients.ts";
import { hall } from "../../helpers/benches/hall.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { FakeReader } from "../../helpers/doubles/reader.ts";
import { SECRET, signed } from "../../helpers/tokens.ts";

/** Every set of rights. */
const SETS: readonly (readonly Right[])[] = [0, 1, 2, 3, 4, 5, 6, 7].map(
  (bits) => RIGHTS.filter((_, index) => bits & (1 << index)),
);

/** A room with people and messages, and one with neither. */
const FULL = { room: "full", name: "Victim", seq: 2 };
const EMPTY = { room: "none", name: "Nobody", seq: 999 };
type Thing = typeof FULL;

/** Each request that is about a room: which of the rights it takes, and what it
 * looks like. */
const REQUESTS: Readonly<
  Record<
    string,
    readonly [readonly Right[], (thing: Thing) => Record<string, unknown>]
  >
> = {
  join: [["read"], ({ room }) => ({ room })],
  publish: [["write"], ({ room }) => ({ room, text: "hi" })],
  history: [["read"], ({ room }) => ({ room })],
  who: [["read"], ({ room }) => ({ room })],
  typing: [["write"], ({ room }) => ({ room })],
  remove: [["write", "moderate"], ({ room, seq }) => ({ room, seq })],
  kick: [["moderate"], ({ room, name }) => ({ room, name })],
  ban: [["moderate"], ({ room, name }) => ({ room, name, forMs: 1 })],
  unban: [["moderate"], ({ room, name }) => ({ room, name })],
  lock: [["moderate"], ({ room }) => ({ room, locked: false })],
  slow: [["moderate"], ({ room }) => ({ room, everyMs: 0 })],
  announce: [["moderate"], ({ room }) => ({ room, text: "Tea" })],
};
/** Those that take no right: they are about nobody but the client itself. */
const FREE = ["hello", "leave", "rename", "auth", "ping"];

/** The same message about another thing reads the same. */
function alike(text: string): string {
  return text.replaceAll(EMPTY.room, FULL.room)
    .replaceAll(EMPTY.name, FULL.name).replaceAll(
      `${EMPTY.seq}`,
      `${FULL.seq}`,
    );
}

/** A server where somebody is in the full room and has written there. */
async function closed() {
  const server = await InProcessServer.start({
    authSecret: SECRET,
    rate: 0,
    requestRate: 0,
    joinRate: 0,
  });
  const url = server.socket("/ws");
  const victim = await V1Client.connect(url);
  const auth = await signed({ sub: "victim", name: FULL.name });
  await victim.ask({ type: "hello", auth }, "welcome");
  await victim.ask({ type: "join", room: FULL.room }, "joined");
  for (const text of ["one", "two", "three"]) {
    await victim.ask(
      { type: "publish", room: FULL.room, text, id: 1 },
      "ack",
    );
  }
  return {
    server,
    url,
    victim,
    async [Symbol.asyncDispose]() {
      await victim[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The ways in which a client comes to have some rights and no more. */
const WAYS: Readonly<
  Record<string, (url: string, rights: readonly Right[]) => Promise<V1Client>>
> = {
  async "from the beginning"(url, rights) {
    const client = await V1Client.connect(url);
    const auth = await signed({ sub: "ada", name: "Ada", rights });
    await client.ask({ type: "hello", auth }, "welcome");
    return client;
  },
  async "with a newer token"(url, rights) {
    const client = await WAYS["from the beginning"]!(url, RIGHTS);
    await client.ask({ type: "join", room: FULL.room }, "joined");
    const token = await signed({ sub: "ada", name: "Ada", rights });
    await client.ask({ type: "auth", token }, "authorized");
    return client;
  },
  async "with a session that is resumed"(url, rights) {
    const first = await V1Client.connect(url);
    const auth = await signed({ sub: "ada", name: "Ada", rights: RIGHTS });
    const { token } = await first.ask({ type: "hello", auth }, "welcome");
    await first.ask({ type: "join", room: FULL.room }, "joined");
    const client = await V1Client.connect(url);
    const less = await signed({ sub: "ada", name: "Ada", rights });
    const hello = { type: "hello", auth: less, token };
    const { resumed } = await client.ask(hello, "welcome");
    assert(resumed);
    await first[Symbol.asyncDispose]();
    return client;
  },
};

/** What a client is told when it asks, as one text. */
async function told(client: V1Client, request: object): Promise<ServerEvent[]> {
  client.send(request);
  return (await client.sofar()).filter((event) =>
    "id" in event && event.id === 7
  );
}

Deno.test("every request is in the table of rights", async () => {
  await using scene = await closed();
  await using client = await V1Client.connect(scene.url);
  const { message } = await client.ask({ type: "dance" }, "error");
  const known =
    /Known types are ([a-z, ]+)/.exec(message)?.[1]?.split(/, | and /) ??
      [];
  assertEquals(
    known.toSorted(),
    [...Object.keys(REQUESTS), ...FREE].toSorted(),
  );
});

for (const [way, become] of Object.entries(WAYS)) {
  Deno.test(`no request exceeds the rights given ${way}`, async () => {
    await using scene = await closed();
    for (const rights of SETS) {
      await using client = await become(scene.url, rights);
      for (const [type, [needed, fields]] of Object.entries(REQUESTS)) {
        const words = `${type} with ${rights.join() || "nothing"}`;
        const may = needed.some((right) => rights.includes(right));
        const ask = (thing: Thing) =>
          told(client, { ...fields(thing), type, id: 7 });
        const about = may ? { ...FULL, name: EMPTY.name } : FULL;
        const there = await ask(about);
        const codes = there.map((event) =>
          event.type === "error" && event.code
        );
        if (may) {
          // One's own messages take more than the right to write.
          const others = type === "remove" && !rights.includes("moderate");
          if (!others) assert(!codes.includes("forbidden"), words);
        } else assertEquals(codes, ["forbidden"], words);
        const blind = !rights.includes("read") &&
          !rights.includes("moderate") && type !== "publish";
        if (may && !blind) continue;
        assertEquals(
          alike(JSON.stringify(await ask(EMPTY))),
          JSON.stringify(there),
          words,
        );
      }
    }
  });
}

for (const way of Object.keys(WAYS).slice(1)) {
  Deno.test(`a user who loses the right to read a room, ${way}, leaves it on all devices`, async () => {
    await using scene = await closed();
    const { victim } = scene;
    await using client = await WAYS[way]!(scene.url, ["write"]);
    // All that was asked before has been done when this is refused.
    const who = { type: "who", room: FULL.room, id: 7 };
    const [refused] = await told(client, who);
    assert(refused?.type === "error" && refused.code === "forbidden");
    victim.send({ type: "who", room: FULL.room });
    assertEquals(await members(victim), [FULL.name]);
  });
}

/** Who is in the full room, by what is asked for alone. */
async function members(client: V1Client): Promise<readonly string[]> {
  while (true) {
    const { asked, members = [] } = await client.next("presence");
    if (asked) return members;
  }
}

/** May read and write these rooms, as one user. */
function only(...rooms: string[]): Permissions {
  return {
    user: "ada",
    until: Infinity,
    allows: (right, room) => right !== "moderate" && rooms.includes(room),
  };
}

Deno.test("a pending join fails when its right ends before the room has opened", async () => {
  const bench = new HubBench();
  bench.store.held.add("follow");
  const { session, reader } = bench.hello({}, new FakeReader(), only("hall"));
  bench.hub.join(session, { type: "join", room: "hall", id: 7 });
  await bench.turn();
  bench.hub.sessionService.renew(session, only("yard"));
  await bench.store.release();
  await bench.turn();
  assertEquals([...session.members.keys()], []);
  const refused = reader.all("error").map(({ code, id }) => [code, id]);
  assertEquals(refused, [["forbidden", 7]]);
  assertEquals(reader.all("joined"), []);
});

Deno.test("a resumed session without the right to moderate leaves rooms that ban it", async () => {
  const { bench, moderate } = await hall();
  const moderator: Permissions = { ...TRUSTED, user: "ada" };
  const ada = bench.hello({ name: "Ada" }, new FakeReader(), moderator);
  bench.hub.join(ada.session, { type: "join", room: "hall" });
  await bench.turn();
  await moderate({ type: "ban", room: "hall", user: "ada", forMs: 60_000 });
  assertEquals([...ada.session.members.keys()], ["hall"]);
  const reader = new FakeReader();
  bench.hello({ token: ada.token }, reader, only("hall"));
  await bench.turn();
  assertEquals([...ada.session.members.keys()], []);
  assertEquals(reader.all("left")[0]?.code, "banned");
});

for (
  const [name, code] of [
    ["Ben", "name_taken"],
    ["Server", "bad_name"],
    ["x".repeat(40), "bad_name"],
  ] as const
) {
  Deno.test(`promise 7: a newer token with the name ${name} is refused with ${code}, and changes nothing`, async () => {
    await using server = await InProcessServer.start({ authSecret: SECRET });
    await using ben = await V1Client.connect(server.socket("/ws"));
    const his = await signed({ sub: "ben", name: "Ben" });
    await ben.ask({ type: "hello", auth: his }, "welcome");
    await using boss = await V1Client.connect(server.socket("/ws"));
    const auth = await signed({ sub: "boss", name: "Boss", rooms: ["a"] });
    const hello = { type: "hello", auth };
    const { token: session } = await boss.ask(hello, "welcome");
    const token = await signed({ sub: "boss", name, rooms: ["b"] });
    const refused = await boss.ask({ type: "auth", token, id: 7 }, "error");
    assertEquals([refused.code, refused.id], [code, 7]);
    // What it could do before it can still do.
    await boss.ask({ type: "join", room: "a" }, "joined");
    const other = { type: "join", room: "b", id: 8 };
    assertEquals((await boss.ask(other, "error")).code, "forbidden");
    // Nor does it lose its name by trying to come back with that token.
    await using again = await V1Client.connect(server.socket("/ws"));
    const back = { type: "hello", auth: token, token: session };
    if (code === "name_taken") {
      // It comes in, under a name like the one it states.
      const { name, taken } = await again.ask(back, "welcome");
      assertEquals([name, taken], ["Ben 2", "Ben"]);
      return;
    }
    assertEquals((await again.ask(back, "error")).code, code);
    await using eve = await V1Client.connect(server.socket("/ws"));
    const hers = await signed({ sub: "eve" });
    const asBoss = { type: "hello", auth: hers, name: "Boss" };
    assertEquals((await eve.ask(asBoss, "error")).code, "name_taken");
  });
}

Deno.test("a newer token with another name renames the user at once and announces it", async () => {
  await using server = await InProcessServer.start({ authSecret: SECRET });
  const clients: V1Client[] = [];
  try {
    for (let n = 0; n < 2; n++) {
      const client = await V1Client.connect(server.socket("/ws"));
      clients.push(client);
      const auth = await signed({ sub: "boss", name: "Boss" });
      await client.ask({ type: "hello", auth }, "welcome");
      await client.ask({ type: "join", room: "a" }, "joined");
    }
    const [asks, other] = clients as [V1Client, V1Client];
    const token = await signed({ sub: "boss", name: "Clerk" });
    asks.send({ type: "auth", token });
    assertEquals((await asks.next("renamed")).name, "Clerk");
    await asks.next("authorized");
    assertEquals((await other.next("renamed")).name, "Clerk");
    asks.send({ type: "publish", room: "a", text: "hi" });
    assertEquals((await other.next("message")).from, "Clerk");
  } finally {
    for (const client of clients) await client[Symbol.asyncDispose]();
  }
});

/** Each endpoint of the API: its path, a body, and what it takes in a room, or
 * in all of them where the path names none: what the request of that name takes
 * over a WebSocket, or a right where there is no such request. */
const ENDPOINTS: readonly (readonly [
  method: string,
  path: (thing: Thing) => string,
  act: Right | keyof typeof REQUESTS,
  body?: (thing: Thing) => object | string,
])[] = [
  ["GET", ({ room }) => `rooms/${room}/messages`, "history"],
  [
    "GET",
    ({ room, seq }) => `rooms/${room}/messages?after=${seq - 1}`,
    "history",
  ],
  ["POST", ({ room }) => `rooms/${room}/messages`, "publish", () => "hi"],
  ["GET", ({ room }) => `rooms/${room}/events`, "join"],
  ["GET", ({ room }) => `rooms/${room}/export`, "read"],
  ["HEAD", ({ room }) => `rooms/${room}/export`, "read"],
  ["POST", ({ room }) => `rooms/${room}/import`, "moderate", () => "{}"],
  ["DELETE", ({ room, seq }) => `rooms/${room}/messages/${seq}`, "remove"],
  ["GET", ({ room }) => `rooms/${room}/rules`, "read"],
  ["PUT", ({ room }) => `rooms/${room}/lock`, "lock"],
  ["DELETE", ({ room }) => `rooms/${room}/lock`, "lock"],
  [
    "PUT",
    ({ room }) => `rooms/${room}/slow`,
    "slow",
    () => ({ everyMs: 1 }),
  ],
  ["DELETE", ({ room }) => `rooms/${room}/slow`, "slow"],
  [
    "POST",
    ({ room }) => `rooms/${room}/kick`,
    "kick",
    ({ name }) => ({ name }),
  ],
  ["GET", ({ room }) => `rooms/${room}/bans`, "moderate"],
  [
    "POST",
    ({ room }) => `rooms/${room}/bans`,
    "ban",
    ({ name }) => ({ name, forMs: 1 }),
  ],
  ["DELETE", ({ room, name }) => `rooms/${room}/bans?name=${name}`, "unban"],
  ["POST", ({ room }) => `rooms/${room}/announcements`, "announce", () => "hi"],
  ["POST", () => "kick", "kick", ({ name }) => ({ name })],
  ["GET", () => "bans", "moderate"],
  ["POST", () => "bans", "ban", ({ name }) => ({ name, forMs: 1 })],
  ["DELETE", ({ name }) => `bans?name=${name}`, "unban"],
  ["POST", () => "announcements", "announce", () => "hi"],
  ["GET", ({ seq }) => `audit?after=${seq}`, "moderate"],
];

Deno.test("every API endpoint acts like the same WebSocket request, within the caller's rights", async () => {
  await using scene = await closed();
  for (const rights of SETS) {
    const token = await signed({ sub: "ada", name: "Ada", rights });
    for (const [method, path, act, body] of ENDPOINTS) {
      const needed = REQUESTS[act]?.[0] ?? [act as Right];
      const ask = async (thing: Thing) => {
        const sent = body?.(thing);
        const response = await fetch(
          scene.server.url(`/api/${path(thing)}`),
          {
            method,
            headers: {
              authorization: `Bearer ${token}`,
              "content-type": typeof sent === "string"
                ? "text/plain"
                : "application/json",
            },
            ...(sent !== undefined && {
              body: typeof sent === "string" ? sent : JSON.stringify(sent),
            }),
          },
        );
        const head = [...response.headers].filter(([name]) => name !== "date");
        return [
          response.status,
          alike(JSON.stringify(head)),
          response,
        ] as const;
      };
      const words = `${method} ${path(FULL)} with ${
        rights.join() || "nothing"
      }`;
      // One's own messages take more than the right to write.
      const notOwn = act === "remove" && !rights.includes("moderate");
      if (needed.some((right) => rights.includes(right)) && !notOwn) {
        const [status, , response] = await ask({ ...FULL, name: EMPTY.name });
        await response.body?.cancel();
        assert(status !== 403, words);
        continue;
      }
      if (notOwn && rights.includes("read")) continue;
      const [there, headers, one] = await ask(FULL);
      const [absent, others, two] = await ask(EMPTY);
      assertEquals([there, absent], [403, 403], words);
      assertEquals(others, headers, words);
      assertEquals(alike(await two.text()), await one.text(), words);
    }
  }
});

Deno.test("every endpoint of the API is in the table of rights", async () => {
  const text = await Deno.readTextFile(
    new URL("../../../docs/http.md", import.meta.url),
  );
  const listed = text.matchAll(
    /^\| `(GET|POST|PUT|DELETE)[^`]* \/api\/(\S*?)`/gm,
  );
  for (const [line, , path = ""] of listed) {
    const known = ENDPOINTS.some(([, of]) =>
      of({ room: "ROOM", name: "NAME", seq: NaN }).replace("NaN", "SEQ")
        .startsWith(path.split("?")[0]!)
    );
    // The list of rooms has those that may be read, and a ticket has no rights.
    assert(known || ["rooms", "tickets"].includes(path), line);
  }
});
