/** What an EventSource is answered that cannot have its events now. */

import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { forEventSource } from "../../../server/http/event_source.ts";
import { InProcessServer } from "../../helpers/in_process.ts";

const EVENTS = "http://hubbub.test/api/rooms/hall/events";

function asked(init: RequestInit = {}): Request {
  const headers = { accept: "text/event-stream", ...init.headers };
  return new Request(EVENTS, { ...init, headers });
}

function refusal(status: number, seconds?: number): Response {
  return new Response('{"code":"stopping"}\n', {
    status,
    headers: {
      "content-type": "application/problem+json",
      "x-content-type-options": "nosniff",
      ...(seconds !== undefined && { "retry-after": String(seconds) }),
    },
  });
}

Deno.test("an EventSource gets a temporary refusal as a stream that ends, and says when to come back", async () => {
  for (const status of [429, 503]) {
    const answer = await forEventSource(
      asked(),
      refusal(status, 4),
      () => 0.5,
    );
    assertEquals(answer.status, 200);
    assertEquals(answer.headers.get("content-type"), "text/event-stream");
    assertEquals(answer.headers.get("x-content-type-options"), "nosniff");
    assertEquals(answer.headers.get("retry-after"), null);
    assertEquals(
      await answer.text(),
      'retry: 6000\nevent: refused\ndata: {"code":"stopping"}\n\n',
    );
  }
  const soon = await forEventSource(asked(), refusal(503), () => 0);
  assertMatch(await soon.text(), /^retry: 2000\n/);
});

Deno.test("keeps the status of permanent refusals and of requests not from an EventSource", async () => {
  for (
    const [request, response] of [
      [new Request(EVENTS), refusal(503)],
      [asked({ headers: { accept: "*/*" } }), refusal(503)],
      [asked({ method: "POST" }), refusal(503)],
      [asked(), refusal(403)],
      [asked(), new Response("events")],
    ] as const
  ) assertStrictEquals(await forEventSource(request, response), response);
});

Deno.test("a full server lets an EventSource reconnect, and sends scripts the status", async () => {
  await using server = await InProcessServer.start({ maxConnections: 1 });
  const url = server.url("/api/rooms/hall/events");
  const first = await fetch(url);
  const script = await fetch(url);
  assertEquals(script.status, 503);
  await script.body?.cancel();
  const headers = { accept: "text/event-stream" };
  const page = await fetch(url, { headers });
  assertEquals(page.status, 200);
  assertMatch(
    await page.text(),
    /^retry: \d+\nevent: refused\ndata: \{.*"code":"too_many_connections".*\}\n\n$/,
  );
  await first.body?.cancel();
});
