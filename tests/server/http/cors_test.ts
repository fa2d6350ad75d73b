/** What pages of other origins may read of the API, and what they may send. */

import { assert, assertEquals } from "@std/assert";
import { InProcessServer } from "../../helpers/in_process.ts";
import { SECRET } from "../../helpers/tokens.ts";

const LISTED = "https://a.example";
const OTHER = "https://b.example";
const settings = { origins: [LISTED] };
const MESSAGES = "/api/rooms/hall/messages";

/** Lists in headers, in small letters. */
function list(headers: Headers, name: string): string[] {
  return (headers.get(name) ?? "").toLowerCase().split(",")
    .map((part) => part.trim());
}

Deno.test("a listed origin's page publishes and reads the result", async () => {
  await using server = await InProcessServer.start(settings);
  const response = await fetch(server.url(MESSAGES), {
    method: "POST",
    headers: { "content-type": "text/plain", origin: LISTED },
    body: "Hello",
  });
  await response.body?.cancel();
  const { headers } = response;
  assertEquals(response.status, 201);
  assertEquals(headers.get("access-control-allow-origin"), LISTED);
  assertEquals(headers.get("access-control-allow-credentials"), null);
  assert(list(headers, "vary").includes("origin"));
  const exposed = list(headers, "access-control-expose-headers");
  for (const name of ["retry-after", "location", "link", "idempotency-key"]) {
    assert(exposed.includes(name), name);
  }
});

for (
  const [what, path, more, status] of [
    ["a refusal", MESSAGES, { body: "" }, 400],
    ["a method that is not possible", "/api/rooms", {}, 405],
    ["nothing", "/api/nowhere", {}, 404],
    ["a missing token", MESSAGES, { authSecret: SECRET }, 401],
    ["a rate limit", MESSAGES, { httpRate: 1 }, 429],
  ] as const
) {
  Deno.test(`a listed origin's page reads the answer of ${what}`, async () => {
    const { body = "x", ...others } = { body: "x", ...more };
    await using server = await InProcessServer.start({
      ...settings,
      ...others,
    });
    const post = () =>
      fetch(server.url(path), {
        method: "POST",
        headers: { "content-type": "text/plain", origin: LISTED },
        body,
      });
    let response = await post();
    for (let i = 0; i < 10 && status === 429; i++) {
      await response.body?.cancel();
      response = await post();
    }
    assertEquals(response.status, status);
    assertEquals((await response.json()).status, status);
    const { headers } = response;
    assertEquals(headers.get("access-control-allow-origin"), LISTED);
  });
}

for (
  const [path, headers] of [
    ["/api/rooms", {}],
    [MESSAGES, {}],
    ["/api/rooms/hall/export", {}],
    ["/api/rooms/hall/events", {}],
    ["/api/rooms/hall/rules", {}],
  ] as [string, Record<string, string>][]
) {
  Deno.test(`GET ${path} is read by a listed origin's page, and not by another's`, async () => {
    await using server = await InProcessServer.start(settings);
    for (const origin of [LISTED, OTHER, "null", undefined]) {
      const response = await fetch(server.url(path), {
        headers: { ...headers, ...(origin !== undefined && { origin }) },
      });
      await response.body?.cancel();
      assertEquals(
        response.headers.get("access-control-allow-origin"),
        origin === LISTED ? LISTED : null,
      );
      assert(list(response.headers, "vary").includes("origin"));
    }
  });
}

/** Asks as browsers do before a request that pages may not make unasked. */
async function preflight(
  server: InProcessServer,
  origin: string,
  path = MESSAGES,
) {
  const response = await fetch(server.url(path), {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type",
    },
  });
  const body = await response.text();
  return { status: response.status, headers: response.headers, body };
}

Deno.test("a preflight allows a listed origin the API's methods and headers", async () => {
  // Nobody has a token to send yet.
  const closed = { ...settings, authSecret: SECRET };
  await using server = await InProcessServer.start(closed);
  for (const path of [MESSAGES, "/api/tickets", "/api/nowhere"]) {
    const { status, headers, body } = await preflight(server, LISTED, path);
    assertEquals([status, body], [204, ""]);
    assertEquals(headers.get("access-control-allow-origin"), LISTED);
    const methods = list(headers, "access-control-allow-methods");
    for (const method of ["get", "post", "put", "delete"]) {
      assert(methods.includes(method), method);
    }
    const allowed = list(headers, "access-control-allow-headers");
    for (
      const name of [
        "authorization",
        "content-type",
        "idempotency-key",
        "last-event-id",
      ]
    ) assert(allowed.includes(name), name);
    assert(Number(headers.get("access-control-max-age")) > 0);
  }
});

Deno.test("refuses a preflight from another origin and names the flag that allows it", async () => {
  await using server = await InProcessServer.start(settings);
  const { status, headers, body } = await preflight(server, OTHER);
  assertEquals(status, 403);
  assertEquals(headers.get("access-control-allow-origin"), null);
  assertEquals(JSON.parse(body).code, "foreign_origin");
  assert(body.includes(`--origins ${LISTED},${OTHER}`));
});

Deno.test("pages of other origins cannot read anything outside the API", async () => {
  await using server = await InProcessServer.start(settings);
  for (const path of ["/", "/metrics", "/lessons.json", "/readyz"]) {
    const response = await fetch(server.url(path), {
      headers: { origin: LISTED },
    });
    await response.body?.cancel();
    assertEquals(response.headers.get("access-control-allow-origin"), null);
  }
});
