/** docs/nginx.conf and docs/Caddyfile, on the real programs: sockets, events and
 * addresses get through. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { KEEP_ALIVE_MS } from "../../server/transport/node_http.ts";
import { TRANSPORTS } from "../../server/transport/open_transport.ts";
import { EventReader } from "../helpers/events.ts";
import { Program } from "../helpers/program.ts";
import { Peer } from "./peer.ts";
import { CADDY, isFile, NGINX, Proxy, type ProxyKind } from "./proxy.ts";

for (const kind of [NGINX, CADDY]) {
  const { name: proxyName, config, program: path } = kind;
  const ignore = !isFile(path) && Deno.env.get("CI") !== "true";
  const reason = ignore ? ` (needs Debian's ${proxyName})` : "";
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name: `${name}${reason}`, ignore, fn });

  test(`${config} lets WebSockets, events and pages through, but no metrics`, async () => {
    await using program = await Program.start({ args: ["--trust-proxy"] });
    await using proxy = await Proxy.before(kind, program);
    const socket = `ws://${proxy.url.host}/ws`;
    await using ada = await Peer.connect(socket, "hubbub.v1");
    ada.send({ type: "hello", name: "Ada" }, { type: "join", room: "lobby" });
    await ada.event({ type: "joined" });
    await using bob = await Peer.connect(`${socket}?name=Bob`);
    await using events = await EventReader.open(
      new URL("/api/rooms/lobby/events", proxy.url).href,
    );
    bob.send("Through two programs");
    const { from } = await ada.event({ type: "message" });
    assertEquals(from, "Bob");
    assertEquals(await events.texts(1), ["Through two programs"]);

    const page = await fetch(proxy.url);
    assert((await page.text()).includes("<title>"));
    const metrics = await fetch(new URL("/metrics", proxy.url));
    await metrics.body?.cancel();
    assertEquals(metrics.status, 404);
  });

  test(`behind ${proxyName} the page's own origin is the one people see, whatever they claim`, async () => {
    await using program = await Program.start({ args: ["--trust-proxy"] });
    await using proxy = await Proxy.before(kind, program);
    const post = async (headers: Record<string, string>) => {
      const url = new URL("/api/rooms/lobby/messages", proxy.url);
      const init = { method: "POST", headers, body: "Hello" };
      const response = await fetch(url, init);
      await response.body?.cancel();
      return response.status;
    };
    assertEquals(await post({ origin: proxy.url.origin }), 201);
    const origin = "http://elsewhere.example";
    assertEquals(await post({ origin }), 403);
    const claim = { "x-forwarded-host": "elsewhere.example" };
    assertEquals(await post({ origin, ...claim }), 403);
  });
}

/** The files as docs/operating.md changes them for a path of a site. */
const BELOW: readonly (readonly [ProxyKind, readonly [string, string][]])[] = [
  [NGINX, [
    ["location / {", "location /chat/ {"],
    ["location = /metrics {", "location = /chat/metrics {"],
  ]],
  [CADDY, [
    ["respond /metrics 404", "respond /chat/metrics 404"],
    ["reverse_proxy 127", "reverse_proxy /chat/* 127"],
  ]],
];

for (const [kind, changes] of BELOW) {
  const ignore = !isFile(kind.program) && Deno.env.get("CI") !== "true";
  Deno.test({
    name: `${kind.config} serves below a path, as docs/operating.md says`,
    ignore,
    async fn() {
      const docs = Deno.readTextFileSync("docs/operating.md");
      const adapt: ProxyKind["adapt"] = (config, to) => {
        for (const [from, into] of changes) {
          assert(config.includes(from), from);
          assert(docs.includes(into), into);
          config = config.replace(from, into);
        }
        return kind.adapt(config, to);
      };
      await using program = await Program.start({
        args: ["--trust-proxy", "--base", "/chat"],
      });
      await using proxy = await Proxy.before({ ...kind, adapt }, program);
      const get = async (path: string) => {
        const response = await fetch(new URL(path, proxy.url));
        return { status: response.status, text: await response.text() };
      };
      const page = await get("/chat/");
      assert(page.text.includes('src="/chat/assets/chat.js"'));
      assertEquals((await get("/chat/assets/icon.svg")).status, 200);
      assertEquals((await get("/chat/metrics")).status, 404);
      assertEquals((await get("/chat/api/rooms")).status, 200);
      const socket = `ws://${proxy.url.host}/chat/ws`;
      await using ada = await Peer.connect(`${socket}?name=Ada`);
      ada.send("From below");
      await ada.event({ sender: "Ada", message: "From below" });
    },
  });
}

for (
  const [config, pattern] of [
    [NGINX.config, /^ *keepalive_timeout (\d+)s;$/m],
    [CADDY.config, /^\s*keepalive (\d+)s$/m],
  ] as const
) {
  Deno.test(`${config} closes idle connections before the server does`, () => {
    const text = Deno.readTextFileSync(config);
    const seconds = Number(pattern.exec(text)?.[1]);
    // A second for the way and for two clocks.
    assert(seconds > 0 && seconds * 1000 <= KEEP_ALIVE_MS - 1000, `${seconds}`);
  });
}

for (const transport of TRANSPORTS) {
  Deno.test(`over ${transport} a connection that a proxy keeps takes its next request after a while`, async () => {
    const args = ["--transport", transport];
    await using program = await Program.start({ args });
    const port = Number(program.url.port);
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const request = new TextEncoder().encode(
      "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    );
    for (const wait of [0, 7_000]) {
      // Node's own default closes after 5 to 6 s.
      await new Promise((done) => setTimeout(done, wait));
      await connection.write(request);
      const answer = new Uint8Array(1024);
      const size = await connection.read(answer);
      const text = new TextDecoder().decode(answer.subarray(0, size ?? 0));
      assertMatch(text, /^HTTP\/1\.1 200 /, `after ${wait} ms`);
    }
  });
}
