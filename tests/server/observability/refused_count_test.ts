/** That `hubbub_refused_total` counts each refusal once, whichever way the
 * request came, and whatever refused it. */

import { assertEquals } from "@std/assert";
import { FakeClock } from "../../helpers/doubles/clock.ts";
import { V1Client } from "../../helpers/clients.ts";
import { type Held, HeldStore } from "../../helpers/doubles/held_store.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { scrape } from "../../helpers/metrics.ts";

/** A server, somebody in it, and its store. */
interface Stage {
  readonly server: InProcessServer;
  readonly store: HeldStore;
  readonly ada: V1Client;
}

/** Asks for something that is refused; gives the code of the answer. */
type Ask = (stage: Stage) => Promise<string>;

const post =
  (path: string, body: string, more: HeadersInit = {}): Ask =>
  async ({ server }) => {
    const headers = {
      ...server.operator,
      "content-type": "application/json",
      ...more,
    };
    const request = { method: "POST", headers, body };
    const response = await fetch(server.url(`/api/rooms/${path}`), request);
    return (await response.json()).code;
  };

const get = (path: string): Ask => async ({ server }) => {
  const response = await fetch(server.url(`/api/${path}`));
  return (await response.json()).code;
};

const publish = (room: string, text: string, more: HeadersInit = {}) =>
  post(`${room}/messages`, JSON.stringify({ text }), more);

const importInto = (room: string, line: object) =>
  post(`${room}/import`, JSON.stringify(line), {
    "content-type": "application/x-ndjson",
  });

const send = (request: object): Ask => async ({ ada }) =>
  (await ada.ask(request, "error")).code;

const say = (room: string, text: string, more: object = {}) =>
  send({ type: "publish", room, text, ...more });

const LINE = { from: "Ada", text: "Hello" };
const KEY = { "idempotency-key": "k" };

/** What is refused: with which code, what of the store fails, and how it is
 * asked for over each way. */
const CASES: readonly (readonly [
  code: string,
  failing: readonly Held[],
  ways: Readonly<Record<string, Ask>>,
])[] = [
  ["store_unavailable", ["append", "check"], {
    ws: say("hall", "Hello"),
    http: publish("hall", "Hello"),
    import: importInto("hall", LINE),
  }],
  ["store_unavailable", ["read"], { http: get("rooms/hall/messages") }],
  ["store_unavailable", ["follow"], {
    "ws join": send({ type: "join", room: "other" }),
    "http events": get("rooms/other/events"),
  }],
  ["not_stored", [], {
    ws: say("broken", "Hello"),
    http: publish("broken", "Hello"),
    import: importInto("broken", LINE),
  }],
  ["no_more_rooms", [], {
    http: publish("one-too-many", "Hello"),
    import: importInto("one-too-many", LINE),
    ws: say("full", "Hello"),
  }],
  ["empty", [], {
    ws: say("hall", ""),
    http: publish("hall", ""),
    import: importInto("hall", { from: "Ada", text: "" }),
  }],
  ["too_long", [], {
    ws: say("hall", "x".repeat(5_000)),
    http: publish("hall", "x".repeat(5_000)),
    import: importInto("hall", { from: "Ada", text: "x".repeat(5_000) }),
  }],
  ["bad_field", [], {
    ws: send({ type: "publish", room: "hall", text: 5 }),
    http: post("hall/messages", '{"text":5}'),
    import: importInto("hall", { from: 5, text: "Hello" }),
  }],
  ["bad_json", [], {
    http: post("hall/messages", "{"),
    import: post("hall/import", "{", {
      "content-type": "application/x-ndjson",
    }),
  }],
  ["cid_reused", [], { ws: say("hall", "Another", { cid: "c" }) }],
  ["key_reused", [], { http: publish("hall", "Another", KEY) }],
  ["forbidden", [], {
    ws: send({ type: "lock", room: "hall", locked: true }),
  }],
  ["not_found", [], { "http kick": post("hall/kick", '{"name":"Nobody"}') }],
  ["not_found", [], { http: get("nothing") }],
];

/** How often each code was counted. */
async function counts(server: InProcessServer): Promise<Map<string, number>> {
  const samples = await scrape(server.url("/metrics"));
  return new Map(
    [...samples].flatMap(([name, count]) => {
      const code = /^hubbub_refused_total\{code="(.*)"\}$/.exec(name)?.[1];
      return code === undefined ? [] : [[code, count] as const];
    }),
  );
}

Deno.test("each refusal is counted once, over WebSocket, HTTP and import", async (t) => {
  const store = new HeldStore(new FakeClock(), undefined, 2);
  await using server = await InProcessServer.start({
    with: store,
    rate: 0,
  });
  const url = server.socket("/ws");
  await using ada = await V1Client.in("hall", { url, name: "Ada" });
  for (const room of ["broken", "full"]) {
    await ada.ask({ type: "join", room }, "joined");
  }
  await ada.ask(
    { type: "publish", room: "hall", text: "One", cid: "c" },
    "ack",
  );
  const stage = { server, store, ada };
  await publish("broken", "Two", KEY)(stage);
  await publish("hall", "Two", KEY)(stage);
  store.broken.add("broken");
  for (const [code, failing, ways] of CASES) {
    for (const [way, ask] of Object.entries(ways)) {
      await t.step(`${code} (${[way, ...failing].join(", ")})`, async () => {
        const before = await counts(server);
        for (const what of failing) store.failing.add(what);
        const told = await ask(stage);
        store.failing.clear();
        const after = await counts(server);
        const grown = [...after].flatMap(([code, count]) => {
          const growth = count - (before.get(code) ?? 0);
          return growth === 0 ? [] : [[code, growth]];
        });
        assertEquals([told, grown], [code, [[code, 1]]]);
      });
    }
  }
});
