/** A client whose token is asked for, refused, expires, and is replaced. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  type Client,
  ClientError,
  connect,
  type ConnectionState,
  type SavedOutbox,
} from "../../../client/hubbub.ts";
import { CLOSE } from "../../../protocol/close_codes.ts";
import { SECRET, signed } from "../../helpers/tokens.ts";
import { joined, turn, welcome, World } from "../fakes.ts";
import { RealServer } from "../server.ts";

/** The server's answer to a hello it refuses for its token. */
function refusal(code: string, id: unknown): object {
  return { type: "error", code, message: code, retryable: false, id };
}

/** Answers the hello that was just sent with a refusal. */
function refuse(world: World, code: string): void {
  const [hello] = world.socket.sent("hello");
  world.socket.take();
  world.socket.say(refusal(code, hello?.id));
}

for (const code of ["auth_required", "auth_invalid", "auth_expired"] as const) {
  Deno.test(`${code} to hello waits for a token, and goes on with it`, async () => {
    const world = new World();
    const room = world.client.join("lobby");
    const message = room.publish("kept");
    world.socket.open();
    refuse(world, code);
    assertEquals(world.client.state, {
      phase: "unauthorized",
      code,
      reason: code,
    });
    assertEquals([world.clock.pending, world.sockets.length], [0, 1]);
    world.client.reconnectNow();
    assertEquals(world.sockets.length, 1);
    assertEquals([room.phase, message.state.phase], ["joining", "pending"]);
    const taken = world.client.authorize("good");
    world.socket.open();
    assertEquals(world.socket.sent("hello")[0]?.auth, "good");
    world.socket.say(
      welcome(),
      joined({ id: world.socket.sent("join")[0]?.id }),
    );
    await taken;
    await turn();
    assertEquals(world.socket.sent("publish").map(({ text }) => text), [
      "kept",
    ]);
    world.close();
  });
}

for (
  const [close, code] of [
    [CLOSE.expired, "auth_expired"],
    [CLOSE.unauthorized, "auth_required"],
  ] as const
) {
  Deno.test(`close ${close.code} waits for a token, and loses nothing`, async () => {
    const world = new World({ auth: "old" });
    const errors: ClientError[] = [];
    world.client.on("error", (error) => errors.push(error));
    const room = world.client.join("lobby");
    const socket = world.welcome();
    socket.say(joined({ id: socket.sent("join")[0]?.id }));
    socket.say(refusal("auth_expired", undefined));
    socket.lose(close.code, close.reason);
    assertEquals(world.client.state, {
      phase: "unauthorized",
      code,
      reason: close.reason,
    });
    assertEquals(errors, []);
    room.publish("meanwhile");
    void world.client.authorize("new");
    world.welcome();
    const [hello] = world.socket.sent("hello");
    assertEquals([hello?.auth, hello?.token], ["new", "secret"]);
    world.socket.say(joined({ id: world.socket.sent("join")[0]?.id }));
    await turn();
    assertEquals(world.socket.sent("publish").length, 1);
    world.close();
  });
}

Deno.test("authorize() over a living connection renews its rights", async () => {
  const world = new World({ auth: "old" });
  const socket = world.welcome();
  const taken = world.client.authorize("new");
  const [request] = socket.sent("auth");
  assertEquals(request?.token, "new");
  socket.say({ type: "authorized", until: 1, id: request?.id });
  await taken;
  assertEquals(world.comeBack().sent("hello")[0]?.auth, "new");
  world.close();
});

Deno.test("authorize() with a token that is refused keeps the one before", async () => {
  const world = new World({ auth: "old" });
  const socket = world.welcome();
  const taken = world.client.authorize("bad");
  socket.say(refusal("auth_invalid", socket.sent("auth")[0]?.id));
  assertEquals(
    (await assertRejects(() => taken, ClientError)).code,
    "auth_invalid",
  );
  assertEquals(world.client.state.phase, "open");
  assertEquals(world.comeBack().sent("hello")[0]?.auth, "old");
  world.close();
});

Deno.test("authorize() while the hello is on its way is said after it", async () => {
  const world = new World({ auth: "old" });
  world.socket.open();
  const taken = world.client.authorize("new");
  world.socket.say(welcome());
  const [request] = world.socket.sent("auth");
  assertEquals(request?.token, "new");
  world.socket.say({ type: "authorized", id: request?.id });
  await taken;
  world.close();
  const other = new World({ auth: "old" });
  other.socket.open();
  const also = other.client.authorize("new");
  refuse(other, "auth_expired");
  assertEquals(other.socket.sent("hello")[0]?.auth, "new");
  other.socket.say(welcome());
  await also;
  other.close();
});

Deno.test("authorize() says when it cannot help", async () => {
  const world = new World();
  world.socket.open();
  refuse(world, "auth_required");
  const bad = world.client.authorize("bad");
  world.socket.open();
  refuse(world, "auth_invalid");
  assertEquals(
    (await assertRejects(() => bad, ClientError)).code,
    "auth_invalid",
  );
  await world.client.close();
  const late = () => world.client.authorize("good");
  assertEquals((await assertRejects(late, ClientError)).code, "closed");
  assertEquals(world.sockets.length, 2);
});

/** Waits until a client is in a phase. */
function until(client: Client, phase: ConnectionState["phase"]): Promise<void> {
  if (client.state.phase === phase) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  client.on("state", (state) => state.phase === phase && resolve());
  return promise;
}

Deno.test("a real server asks for a token, takes one, and takes a newer one", async () => {
  await using server = await RealServer.start({ secret: SECRET });
  const client = connect(server.url);
  const room = client.join("lobby");
  const early = room.publish("before anybody asked");
  await until(client, "unauthorized");
  await assertRejects(() => client.authorize("nonsense"), ClientError);
  await client.authorize(await signed({ sub: "ada", name: "Ada" }));
  assertEquals([(await early.done).phase, client.name], ["sent", "Ada"]);
  await client.authorize(await signed({ sub: "ada" }, 120));
  const other = await assertRejects(
    async () => client.authorize(await signed({ sub: "eve" })),
    ClientError,
  );
  assertEquals([other.code, client.state.phase], ["somebody_else", "open"]);
  await client.close();
});

Deno.test("unsent messages are never sent under another user's name, however the token is replaced", async () => {
  const [adas, freds] = [
    await signed({ sub: "ada" }),
    await signed({ sub: "fred" }),
  ];
  let saved: SavedOutbox | undefined;
  const outbox = {
    load: () => saved,
    save: (now: SavedOutbox) => void (saved = now),
  };
  const ada = new World({ auth: adas, outbox });
  const room = ada.client.join("lobby");
  ada.welcome();
  ada.socket.say(joined());
  ada.socket.lose();
  room.publish("of Ada");
  await turn();
  ada.clock.advance(20_000);
  ada.socket.open();
  ada.socket.lose(CLOSE.expired.code);
  assertEquals(ada.client.state.phase, "unauthorized");
  const refused = await assertRejects(
    () => ada.client.authorize(freds),
    ClientError,
  );
  assertEquals(refused.code, "somebody_else");
  assertEquals(room.outgoing.length, 1);
  assertEquals(saved?.user, "ada");

  /** The next client of the page, and what it has to send. */
  const next = (auth?: string) => {
    const storage = { load: () => saved, save() {} };
    const { client } = new World({
      outbox: storage,
      ...(auth !== undefined && { auth }),
    });
    const texts = () => client.join("lobby").outgoing.map(({ text }) => text);
    return { client, texts };
  };
  assertEquals(next(adas).texts(), ["of Ada"]);
  assertEquals([next(freds).texts(), next(freds).client.token], [
    [],
    undefined,
  ]);
  // Without a token it may be anybody: it waits for Ada's.
  const { client, texts } = next();
  assertEquals(texts(), []);
  const other = await assertRejects(
    () => client.authorize(freds),
    ClientError,
  );
  assertEquals(other.code, "somebody_else");
  client.authorize(adas).catch(() => {});
  assertEquals(texts(), ["of Ada"]);
});

Deno.test("a client keeps the unsent messages of others in the storage until they are back", async () => {
  const auth = {
    ada: await signed({ sub: "ada" }),
    fred: await signed({ sub: "fred" }),
  };
  let saved: SavedOutbox | undefined;
  const outbox = {
    load: () => saved,
    save: (now: SavedOutbox) => void (saved = structuredClone(now)),
  };
  const persons = [
    { auth: auth.ada },
    { auth: auth.fred },
    { guest: "secret of Gus" },
    { guest: "secret of Mo" },
  ];
  for (const [index, person] of persons.entries()) {
    const world = new World({ ...person, outbox });
    const room = world.client.join("lobby");
    assertEquals([room.outgoing.length, world.client.token], [0, undefined]);
    world.welcome();
    world.socket.say(joined());
    world.socket.lose();
    room.publish(`of ${index}`);
    await turn();
    world.close();
  }
  for (const [index, person] of persons.entries()) {
    const world = new World({ ...person, outbox });
    const texts = world.client.join("lobby").outgoing.map(({ text }) => text);
    assertEquals(texts, [`of ${index}`]);
    world.close();
  }
});

Deno.test("a real server's token expires, and a new one goes on in the session", async () => {
  await using server = await RealServer.start({ secret: SECRET });
  // Long enough to say something first, on a busy machine too.
  const auth = await signed({ sub: "ada", name: "Ada" }, 3);
  const client = connect(server.url, { auth });
  const room = client.join("lobby");
  await room.publish("one").done;
  const { session } = client;
  await until(client, "unauthorized");
  const later = room.publish("two");
  await client.authorize(await signed({ sub: "ada", name: "Ada" }));
  assertEquals(await later.done, { phase: "sent", seq: 2 });
  assertEquals([client.name, client.session], ["Ada", session]);
  await client.close();
});
