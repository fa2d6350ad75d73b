/** Tickets: what opens an event stream where no token can be sent. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { HubbubError } from "../../../protocol/errors.ts";
import { byToken } from "../../../server/http/api/access.ts";
import { Authority } from "../../../server/auth/authenticator.ts";
import { Tickets } from "../../../server/auth/tickets.ts";
import { ApiBench } from "../../helpers/benches/api_bench.ts";
import { EventReader } from "../../helpers/events.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { SECRET, signed } from "../../helpers/tokens.ts";

const MINUTE = 60_000;
const EVENTS = "/api/rooms/hall/events";

/** Tickets, and the clock that they go by. */
function ticketsAt(start = 1_767_225_600_000) {
  const clock = { time: start, now: () => clock.time };
  const secret = new Uint8Array(32).fill(1);
  return { clock, secret, tickets: new Tickets(secret, clock) };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, HubbubError)).code;
}

Deno.test("a ticket holds for a minute, on all nodes of a store", async () => {
  const { clock, secret, tickets } = ticketsAt();
  const { ticket, until } = await tickets.issue("a.b.c");
  assertEquals(until, clock.time + MINUTE);
  const elsewhere = new Tickets(secret, clock);
  assertEquals(await elsewhere.redeem(ticket, undefined), "a.b.c");
  clock.time += MINUTE - 1;
  assertEquals(await tickets.redeem(ticket, undefined), "a.b.c");
  clock.time += 1000;
  assertEquals(await codeOf(tickets.redeem(ticket, undefined)), "auth_expired");
});

Deno.test("only the reader that used a ticket can reconnect with it", async () => {
  const { clock, tickets } = ticketsAt();
  const { ticket } = await tickets.issue("a.b.c");
  const other = await tickets.issue("a.b.c");
  const proof = tickets.proof(ticket);
  clock.time += 60 * MINUTE;
  assertEquals(await tickets.redeem(ticket, proof), "a.b.c");
  for (const wrong of ["", "x", `${proof}x`, tickets.proof(other.ticket)]) {
    assertEquals(await codeOf(tickets.redeem(ticket, wrong)), "auth_expired");
  }
});

Deno.test("refuses a ticket that is forged, changed or from another store", async () => {
  const { clock, tickets } = ticketsAt();
  const { ticket } = await tickets.issue("a.b.c");
  const foreign = await new Tickets(new Uint8Array(32), clock).issue("a.b.c");
  for (
    const wrong of [
      "",
      "x",
      ticket.slice(0, -10) + (ticket.at(-10) === "A" ? "B" : "A") +
      ticket.slice(-9),
      ticket.slice(0, -1),
      foreign.ticket,
      await signed({}),
    ]
  ) {
    const proof = tickets.proof(wrong);
    assertEquals(await codeOf(tickets.redeem(wrong, proof)), "auth_invalid");
  }
  assert(!atob(ticket.split(".")[3]!.replace(/[-_]/g, "A")).includes("a.b.c"));
});

/** A server that asks for tokens, and the headers of one. */
async function closed(claims: object = {}, seconds = 3600) {
  const authority = await Authority.create({ secret: SECRET, guests: "none" });
  const { clock, tickets } = ticketsAt(Date.now());
  const api = new ApiBench({ authorize: byToken(authority), tickets });
  const token = await signed(claims, seconds);
  const headers = { authorization: `Bearer ${token}` };
  const issue = async () => {
    const answer = await api.ask("/api/tickets", { method: "POST", headers });
    return { status: answer.status, ...await answer.json() };
  };
  return { api, clock, headers, token, issue };
}

Deno.test("a ticket is given for a token alone, and no copy of it is kept", async () => {
  const { api, issue, token } = await closed();
  const { status, ticket, until } = await issue();
  assertEquals(status, 201);
  assert(until > Date.now());
  assert(!ticket.includes(token.split(".")[1]));
  for (const headers of [{}, { authorization: "Bearer no.real.token" }]) {
    const answer = await api.ask("/api/tickets", { method: "POST", headers });
    assertEquals(answer.status, 401);
    await answer.body?.cancel();
  }
});

Deno.test("on an open server a ticket is not needed, and says so", async () => {
  const api = new ApiBench();
  const answer = await api.ask("/api/tickets", {
    method: "POST",
    address: "192.0.2.7",
  });
  assertEquals(answer.status, 401);
  assertStringIncludes((await answer.json()).detail, "stands for a token");
});

Deno.test("an event ticket reads only the rooms its token may read and permits nothing else", async () => {
  const { api, issue } = await closed({ rooms: ["hall"] });
  const { ticket } = await issue();
  const status = async (path: string, method = "GET") => {
    const answer = await api.ask(`${path}?ticket=${ticket}`, { method });
    await answer.body?.cancel();
    return answer.status;
  };
  assertEquals(await status(EVENTS), 200);
  assertEquals(await status("/api/rooms/yard/events"), 403);
  for (
    const [method, path] of [
      ["GET", "/api/rooms"],
      ["GET", "/api/rooms/hall/messages"],
      ["GET", "/api/rooms/hall/export"],
      ["POST", "/api/rooms/hall/messages"],
      ["POST", "/api/tickets"],
      ["GET", "/api/audit"],
    ] as const
  ) assertEquals(await status(path, method), 401, path);
});

Deno.test("a ticket's rights end with its token's", async () => {
  const { api, clock, issue } = await closed({}, -10);
  assertEquals((await issue()).code, "auth_expired");
  const { tickets } = ticketsAt(clock.time);
  const { ticket } = await tickets.issue(await signed({}, -10));
  const answer = await api.ask(`${EVENTS}?ticket=${ticket}`);
  assertEquals((await answer.json()).code, "auth_expired");
});

Deno.test("an EventSource reconnects with the same URL after the ticket has expired", async () => {
  const { api, clock, issue } = await closed();
  const { ticket } = await issue();
  const open = (lastId?: string) =>
    api.ask(`${EVENTS}?ticket=${ticket}`, {
      ...(lastId !== undefined && { headers: { "last-event-id": lastId } }),
    });
  const first = await open();
  const reader = first.body!.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  const [, id = ""] = /^id: (.*)$/m.exec(value) ?? [];
  await reader.cancel();
  clock.time += 10 * MINUTE;
  const again = await open(id);
  assertEquals(again.status, 200);
  await again.body?.cancel();
  // Under the address alone, as a log has it, nobody comes in any more.
  for (const lastId of [undefined, id.replace(/~[^:]*/, ""), "~x:1"]) {
    const answer = await open(lastId);
    assertEquals(answer.status, 401, lastId);
    assertEquals((await answer.json()).code, "auth_expired");
  }
});

Deno.test("the ids of a stream that a ticket opened are cursors as others are", async () => {
  await using server = await InProcessServer.start({ authSecret: SECRET });
  const headers = { authorization: `Bearer ${await signed({ name: "Ada" })}` };
  const say = async (body: string) => {
    const response = await fetch(server.url("/api/rooms/hall/messages"), {
      method: "POST",
      headers: { ...headers, "content-type": "text/plain" },
      body,
    });
    await response.body?.cancel();
  };
  await say("one");
  const made = await fetch(server.url("/api/tickets"), {
    method: "POST",
    headers,
  });
  const { ticket } = await made.json();
  const address = server.url(`${EVENTS}?ticket=${ticket}`);
  await using reader = await EventReader.open(address);
  await reader.next();
  const { id } = (await reader.next())!;
  await say("two");
  await using again = await EventReader.open(`${address}&since=${id}`);
  const joined = await again.next();
  assertEquals(joined?.data.recovered, "full");
  assertEquals(await again.texts(1), ["two"]);
});
