/** Promise 7: whatever cannot be done is answered with a problem. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { HubbubError } from "../../../../protocol/errors.ts";
import { TRUSTED } from "../../../../server/auth/permissions.ts";
import {
  Problem,
  PROBLEM_STATUS,
  type ProblemCode,
} from "../../../../server/http/api/problem.ts";
import {
  type Answer,
  ApiBench,
  type AskOptions,
} from "../../../helpers/benches/api_bench.ts";

const MESSAGES = "/api/rooms/hall/messages";
const PLAIN = { "content-type": "text/plain" };
const OBJECT = { "content-type": "application/json" };
const LINES = { "content-type": "application/x-ndjson" };

/** One refusal. */
interface Case {
  readonly what: string;
  readonly path?: string;
  readonly ask?: AskOptions;
  readonly status: number;
  readonly code: string;
  /** What people are told, where it matters here. */
  readonly detail?: RegExp;
}

const post = (
  body: BodyInit,
  headers: Record<string, string> = PLAIN,
): AskOptions => ({ method: "POST", body, headers });

const CASES: readonly Case[] = [
  {
    what: "no such path",
    path: "/api/nothing",
    status: 404,
    code: "not_found",
  },
  { what: "the bare path", path: "/api", status: 404, code: "not_found" },
  {
    what: "a method that is not possible",
    ask: { method: "DELETE" },
    status: 405,
    code: "method_not_allowed",
  },
  {
    what: "no room's name",
    path: "/api/rooms/%20/messages",
    status: 400,
    code: "bad_room",
  },
  {
    what: "a name that is no UTF-8",
    path: "/api/rooms/%FF/messages",
    status: 400,
    code: "bad_room",
  },
  {
    what: "no number",
    path: `${MESSAGES}?after=x`,
    status: 400,
    code: "bad_field",
  },
  {
    what: "no messages at all",
    path: `${MESSAGES}?limit=0`,
    status: 400,
    code: "bad_field",
  },
  {
    what: "both ends",
    path: `${MESSAGES}?after=1&before=3`,
    status: 400,
    code: "bad_field",
  },
  {
    what: "a cursor of somewhere else",
    path: "/api/rooms/hall/events",
    ask: { headers: { "last-event-id": "abc" } },
    status: 400,
    code: "bad_field",
  },
  {
    what: "a cursor in the address that is none",
    path: "/api/rooms/hall/events?since=abc",
    status: 400,
    code: "bad_field",
    detail: /^since must be the id of an event, .* not "abc"/,
  },
  { what: "no text", ask: post(" \n"), status: 400, code: "empty" },
  {
    what: "a text that is too long",
    ask: post("x".repeat(101)),
    status: 413,
    code: "too_long",
  },
  {
    what: "a body that is too large",
    ask: post("x".repeat(1024 * 1024 + 1)),
    status: 413,
    code: "too_large",
  },
  {
    what: "a body that says it is too large",
    ask: post("x", { ...PLAIN, "content-length": "9999999" }),
    status: 413,
    code: "too_large",
  },
  {
    what: "no UTF-8",
    ask: post(new Uint8Array([0x41, 0xff])),
    status: 400,
    code: "bad_encoding",
  },
  {
    what: "half a character",
    ask: post(new Uint8Array([0x41, 0xc3])),
    status: 400,
    code: "bad_encoding",
  },
  {
    what: "a body that is cut off",
    ask: post(
      new ReadableStream({ pull: (body) => body.error(new Error("Cut")) }),
    ),
    status: 400,
    code: "incomplete",
  },
  {
    what: "another charset",
    ask: post("x", { "content-type": "text/plain; charset=latin1" }),
    status: 415,
    code: "unsupported_type",
  },
  {
    what: "a form",
    ask: post("x", { "content-type": "application/x-www-form-urlencoded" }),
    status: 415,
    code: "unsupported_type",
  },
  { what: "no JSON", ask: post("{", OBJECT), status: 400, code: "bad_json" },
  { what: "no object", ask: post("[]", OBJECT), status: 400, code: "bad_json" },
  {
    what: "an object without text",
    ask: post("{}", OBJECT),
    status: 400,
    code: "bad_field",
  },
  {
    what: "a name that is no text",
    ask: post('{"text":"x","from":1}', OBJECT),
    status: 400,
    code: "bad_field",
  },
  {
    what: "a name nobody can have",
    path: `${MESSAGES}?name=Server`,
    ask: post("x"),
    status: 400,
    code: "bad_name",
  },
  {
    what: "a key that is too long",
    ask: post("x", { ...PLAIN, "idempotency-key": "k".repeat(65) }),
    status: 400,
    code: "bad_field",
  },
  {
    what: "a page of another origin",
    ask: post("x", { ...PLAIN, "origin": "https://example.com" }),
    status: 403,
    code: "foreign_origin",
  },
  {
    what: "a page from a file",
    ask: post("x", { ...PLAIN, "origin": "null" }),
    status: 403,
    code: "foreign_origin",
  },
  {
    what: "an import from another machine",
    path: "/api/rooms/hall/import",
    ask: { ...post('{"from":"Ada","text":"x"}', LINES), address: "192.0.2.7" },
    status: 403,
    code: "forbidden",
  },
  {
    what: "an import from this machine without the operator's token",
    path: "/api/rooms/hall/import",
    ask: { ...post("{}", LINES), address: "127.0.0.1" },
    status: 403,
    code: "forbidden",
  },
  {
    what: "an import that is no NDJSON",
    path: "/api/rooms/hall/import",
    ask: post("{}", OBJECT),
    status: 415,
    code: "unsupported_type",
  },
];

/** An object of one field, with half of a character in it. */
const half = (field: string, more: object = {}) =>
  JSON.stringify({ ...more, [field]: "a\ud83db" });

/** Requests with half of a character, by the field that has it. */
const HALVES: readonly (readonly [string, string, AskOptions])[] = [
  ["text", MESSAGES, post(half("text"), OBJECT)],
  ["from", MESSAGES, post(half("from", { text: "x" }), OBJECT)],
  ...(["text", "from", "cid"] as const).map((field) =>
    [
      field,
      "/api/rooms/hall/import",
      post(half(field, { from: "Ada", text: "x", [field]: "" }), LINES),
    ] as const
  ),
  ["text", "/api/rooms/hall/announcements", post(half("text"), OBJECT)],
  ["name", "/api/rooms/hall/kick", post(half("name"), OBJECT)],
  [
    "reason",
    "/api/rooms/hall/kick",
    post(half("reason", { name: "Eve" }), OBJECT),
  ],
  ...(["name", "user", "address"] as const).map((field) =>
    [
      field,
      "/api/rooms/hall/bans",
      post(half(field, { forMs: 1000 }), OBJECT),
    ] as const
  ),
];

for (const [field, path, ask] of HALVES) {
  Deno.test(`promise 7: half of a character in ${field} of ${path} is refused`, async () => {
    const bench = new ApiBench();
    const problem = await problemIn(await bench.ask(path, ask));
    assertEquals([problem["status"], problem["code"]], [400, "bad_field"]);
    assertMatch(
      String(problem["detail"]),
      RegExp(`^Field "${field}" has half of a character`),
    );
    assertEquals((await bench.bench.store.inner.rooms()).length, 0);
  });
}

async function problemIn(response: Response): Promise<Answer> {
  assertEquals(
    response.headers.get("content-type"),
    "application/problem+json",
  );
  const problem: Answer = await response.json();
  assertEquals(problem["type"], "about:blank");
  assertEquals(problem["status"], response.status);
  assert(problem["title"] !== "" && problem["detail"] !== "");
  return problem;
}

for (const { what, path = MESSAGES, ask, status, code, detail } of CASES) {
  Deno.test(`promise 7: ${what} is answered with ${status} ${code}`, async () => {
    const bench = new ApiBench();
    const problem = await problemIn(await bench.ask(path, ask));
    assertEquals([problem["status"], problem["code"]], [status, code]);
    assertMatch(String(problem["detail"]), detail ?? /./);
    assertEquals((await bench.bench.store.inner.rooms()).length, 0);
    assertEquals(bench.logged, []);
  });
}

Deno.test("promise 7: the title of each problem is the phrase of its status", async () => {
  for (const code of Object.keys(PROBLEM_STATUS) as ProblemCode[]) {
    const response = new Problem(code, "No").toResponse();
    const { title, status } = await response.json();
    assertMatch(title, /^[A-Z][A-Za-z ]+$/);
    assertEquals(status, response.status);
    if (status === 422) assertEquals(title, "Unprocessable Content");
  }
});

Deno.test("a 405 lists the allowed methods", async () => {
  const bench = new ApiBench();
  const allow = async (path: string) => {
    const response = await bench.ask(path, { method: "PUT" });
    await response.body?.cancel();
    return response.headers.get("allow");
  };
  assertEquals(await allow(MESSAGES), "GET, HEAD, POST");
  assertEquals(await allow("/api/rooms/hall/events"), "GET, HEAD");
  assertEquals(await allow("/api/rooms/hall/import"), "POST");
});

Deno.test("a page of this server may publish, and others may not read the answers", async () => {
  const bench = new ApiBench();
  const origin = "http://127.0.0.1:8000";
  const response = await bench.ask(MESSAGES, post("x", { ...PLAIN, origin }));
  assertEquals(response.status, 201);
  assertEquals(response.headers.get("access-control-allow-origin"), origin);
  const page = await bench.ask(MESSAGES, {
    headers: { origin: "https://example.com" },
  });
  assert(!page.headers.has("access-control-allow-origin"));
});

Deno.test("promise 7: answers 503 while the store fails and recovers afterwards", async () => {
  const bench = new ApiBench();
  const { store } = bench.bench;
  for (const call of ["append", "read", "follow"] as const) {
    store.failing.add(call);
  }
  const paths = [
    [MESSAGES, post("x")],
    [MESSAGES, {}],
    ["/api/rooms/hall/export", {}],
    ["/api/rooms/hall/events", {}],
    ["/api/rooms/hall/import", post('{"from":"Ada","text":"x"}', LINES)],
  ] as const;
  for (const [path, ask] of paths) {
    const response = await bench.ask(path, ask);
    const problem = await problemIn(response);
    assertEquals([path, problem["code"]], [path, "store_unavailable"]);
    assertEquals(response.status, 503);
    assertEquals(response.headers.get("retry-after"), "1");
  }
  store.failing.clear();
  assertEquals((await bench.ask(MESSAGES, post("x"))).status, 201);
});

Deno.test("promise 7: a server that stops answers 503", async () => {
  const bench = new ApiBench();
  bench.bench.hub.refuse();
  for (const ask of [{}, post("x")]) {
    const response = await bench.ask(MESSAGES, ask);
    assertEquals((await problemIn(response))["code"], "stopping");
    assert(response.headers.has("retry-after"));
  }
});

Deno.test("promise 7: an internal error is answered with 500 and logged without details in the answer", async () => {
  const bench = new ApiBench({
    authorize() {
      throw new Error("secret detail");
    },
  });
  const problem = await problemIn(await bench.ask(MESSAGES));
  assertEquals([problem["status"], problem["code"]], [500, "internal"]);
  assert(!JSON.stringify(problem).includes("secret"));
  assertStringIncludes(bench.logged.join(), "secret detail");
});

Deno.test("permissions are decided by the options passed in", async () => {
  const asked: unknown[] = [];
  const bench = new ApiBench({
    authorize(_request, wish) {
      asked.push(wish);
      if (wish.act === "write") throw new HubbubError("not_joined");
      return TRUSTED;
    },
  });
  const address = "192.0.2.7";
  await bench.ask("/api/rooms", { address });
  await bench.ask("/api/rooms/Hall/export", { address });
  const refused = await bench.ask(MESSAGES, { ...post("x"), address });
  assertEquals((await problemIn(refused))["code"], "not_joined");
  const done = await bench.ask("/api/rooms/hall/import", {
    ...post("", LINES),
    address,
  });
  assertEquals(done.status, 200);
  const token = undefined;
  assertEquals(asked, [
    { act: "read", room: undefined, address, token },
    { act: "read", room: "hall", address, token },
    { act: "write", room: "hall", address, token },
    { act: "moderate", room: "hall", address, token },
  ]);
});
