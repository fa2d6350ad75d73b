/** The API of a server that asks for tokens. */

import { assert, assertEquals } from "@std/assert";
import { SignJWT } from "jose";
import { byToken } from "../../../../server/http/api/access.ts";
import { Authority } from "../../../../server/auth/authenticator.ts";
import { ApiBench } from "../../../helpers/benches/api_bench.ts";
import { EventReader } from "../../../helpers/events.ts";

const SECRET = "a secret that is long enough to be one";
const MESSAGES = "/api/rooms/hall/messages";

/** The headers of who has a token with these claims. */
async function bearer(claims: object): Promise<Record<string, string>> {
  const token = await new SignJWT({ ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(SECRET));
  return { "authorization": `Bearer ${token}` };
}

async function closed(guests: "none" | "read" = "none"): Promise<ApiBench> {
  const authority = await Authority.create({ secret: SECRET, guests });
  return new ApiBench({ authorize: byToken(authority) });
}

/** Publishes, and gives status and code. */
async function post(
  api: ApiBench,
  headers: Record<string, string>,
  path = MESSAGES,
): Promise<unknown[]> {
  const response = await api.ask(path, {
    method: "POST",
    headers: { ...headers, "content-type": "text/plain" },
    body: "Hello",
  });
  const { code } = await response.json();
  return code === undefined ? [response.status] : [response.status, code];
}

Deno.test("refuses reads and writes without a token, with an error and a remedy", async () => {
  const api = await closed();
  for (const path of ["/api/rooms", MESSAGES, "/api/rooms/hall/events"]) {
    const response = await api.ask(path);
    assertEquals(response.status, 401);
    assertEquals(response.headers.get("www-authenticate"), "Bearer");
    assertEquals((await response.json()).code, "auth_required");
  }
  assertEquals(await post(api, {}), [401, "auth_required"]);
  const wrong = { "authorization": "Bearer no.real.token" };
  assertEquals(await post(api, wrong), [401, "auth_invalid"]);
});

Deno.test("a token states the rooms it covers and what it permits there", async () => {
  const api = await closed();
  const writer = await bearer({ rooms: ["ha*"] });
  const reader = await bearer({ rights: ["read"] });
  assertEquals(await post(api, writer), [201]);
  assertEquals(await post(api, writer, "/api/rooms/yard/messages"), [
    403,
    "forbidden",
  ]);
  assertEquals(await post(api, reader), [403, "forbidden"]);
  assertEquals((await api.ask(MESSAGES, { headers: reader })).status, 200);
  // Being on the server's own machine is not enough here.
  assertEquals(await post(api, writer, "/api/rooms/hall/import"), [
    403,
    "forbidden",
  ]);
});

Deno.test("guests read where they may", async () => {
  const api = await closed("read");
  assertEquals((await api.ask(MESSAGES)).status, 200);
  assertEquals(await post(api, {}), [401, "auth_required"]);
});

Deno.test("the list has the rooms that one may read", async () => {
  const api = await closed();
  for (const room of ["hall", "yard"]) {
    await post(api, await bearer({}), `/api/rooms/${room}/messages`);
  }
  const headers = await bearer({ rooms: ["yard"] });
  const { rooms } = await (await api.ask("/api/rooms", { headers })).json();
  assertEquals(rooms.map(({ room }: { room: string }) => room), ["yard"]);
});

Deno.test("promise 6: the token's name is the sender's name and does not conflict with the user's own sessions", async () => {
  const api = await closed();
  const ada = { sub: "u1", name: "Ada" };
  const permissions = {
    user: "u1",
    name: "Ada",
    until: Infinity,
    allows: () => true,
  };
  const { reader } = await api.bench.enter("Bob");
  api.bench.hub.sessionService.hello(
    reader,
    { type: "hello", name: "Ada" },
    permissions,
  );
  // A guest gives way to a script's token, too.
  const guest = await api.bench.enter("Kim");
  await post(api, await bearer({ sub: "u7", name: "Kim" }));
  assertEquals(guest.session.name, "Kim 2");
  assertEquals(await post(api, await bearer(ada), `${MESSAGES}?name=Eve`), [
    201,
  ]);
  assertEquals(await post(api, await bearer({ sub: "u2", name: "Ada" })), [
    201,
  ]);
  const { messages } = await (await api.ask(MESSAGES, {
    headers: await bearer({}),
  })).json();
  assertEquals(messages.map(({ from }: { from: string }) => from), [
    "Kim",
    "Ada",
    "Ada 2",
  ]);
});

Deno.test("a stream ends when its reader's token does", async () => {
  const until = new ApiBench().bench.clock.now() + 60_000;
  const api = new ApiBench({
    authorize: () => ({ until, allows: () => true }),
  });
  const response = await api.ask("/api/rooms/hall/events");
  await using reader = new EventReader(response);
  assertEquals((await reader.next())?.type, "joined");
  await api.bench.pass(50_000);
  assertEquals(api.api.readers.length, 1);
  // Streams are checked every 2 s, in turns of the event loop.
  for (let s = 0; s < 12; s += 2) await api.bench.pass(2_000);
  assert(await reader.next() === undefined, "it ends as it should");
  assertEquals(api.api.readers, []);
});
