/** docs/nginx.conf and docs/Caddyfile, on the real programs: sockets, events and
 * addresses get through. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { KEEP_ALIVE_MS } from "../../../server/transport/node_http.ts";
import { TRANSPORTS } from "../../helpers/transport.ts";
import { EventReader } from "../../helpers/events.ts";
import { Program } from "../../helpers/programs/program.ts";
import { Peer } from "../peer.ts";
import { CADDY, isFile, NGINX, Proxy, type ProxyKind } from "./proxy.ts";

for (const kind of [NGINX, CADDY]) {
  const { name: proxyName, config, program: path } = kind;
  const ignore = !isFile(path) && Deno.env.get("CI") !== "true";
  const reason = ignore ? ` (needs Debian's ${proxyName})` : "";
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name: `${name}${reason}`, ignore, fn });

  test(`${config} passes WebSockets, events and pages on, but no metrics`, async () => {
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

/**
 * A proxy with its file as docs/operating.md changes it for a path of a site:
 * each block of `diff` there belongs to the file that has its old lines.
 */
function below(kind: ProxyKind): ProxyKind {
  const docs = Deno.readTextFileSync("docs/operating.md");
  const blocks = Array.from(
    docs.matchAll(/^```diff\n(.*?)^```$/gms),
    ([, block = ""]) => block.trimEnd().split("\n"),
  );
  const original = Deno.readTextFileSync(kind.config).split("\n");
  const lines = blocks.find((lines) =>
    lines.every((line) => line[0] !== "-" || original.includes(line.slice(1)))
  );
  assert(lines !== undefined, `no changes of ${kind.config}`);
  let at = -1;
  const changed = [...original];
  for (const line of lines) {
    if (line.startsWith("-")) {
      at = changed.indexOf(line.slice(1));
      changed.splice(at, 1);
    } else changed.splice(at++, 0, line.slice(1));
  }
  const adapt: ProxyKind["adapt"] = (_, to) =>
    kind.adapt(changed.join("\n"), to);
  return { ...kind, adapt };
}

/** What an `EventSource` is told, until it is closed. */
class Source implements Disposable {
  readonly #source: EventSource;
  readonly #heard: string[] = [];
  #wake = () => {};

  constructor(url: URL) {
    this.#source = new EventSource(url);
    this.#source.onopen = this.#source.onerror = () => this.#wake();
    this.#source.onmessage = ({ data }) => {
      this.#heard.push(JSON.parse(data).text);
      this.#wake();
    };
  }

  /** Waits for a state, or fails once it has given up. */
  async until(is: (source: EventSource, heard: string[]) => boolean) {
    while (!is(this.#source, this.#heard)) {
      assert(this.#source.readyState !== EventSource.CLOSED, "it has given up");
      await new Promise<void>((wake) => this.#wake = wake);
    }
  }

  [Symbol.dispose](): void {
    this.#source.close();
  }
}

for (const kind of [NGINX, CADDY]) {
  const ignore = !isFile(kind.program) && Deno.env.get("CI") !== "true";

  Deno.test({
    name: `${kind.config} serves below a path, as docs/operating.md says`,
    ignore,
    async fn() {
      await using program = await Program.start({
        args: ["--trust-proxy", "--base", "/chat", "--log-level", "debug"],
      });
      await using proxy = await Proxy.before(below(kind), program);
      const get = async (path: string) => {
        const init = { redirect: "manual" } as const;
        const response = await fetch(new URL(path, proxy.url), init);
        const { status, headers } = response;
        return { status, headers, text: await response.text() };
      };
      const page = await get("/chat/");
      assert(page.text.includes('src="/chat/assets/chat.js"'));
      assertEquals((await get("/chat/assets/icon.svg")).status, 200);
      assertEquals((await get("/chat/metrics")).status, 404);
      assertEquals((await get("/chat/api/rooms")).status, 200);
      // Typed without the slash.
      const typed = await get("/chat");
      assert([301, 308].includes(typed.status), `${typed.status}`);
      const { href } = new URL("/chat/", proxy.url);
      const location = typed.headers.get("location") ?? "";
      assertEquals(new URL(location, proxy.url).href, href);
      const socket = `ws://${proxy.url.host}/chat/ws`;
      await using ada = await Peer.connect(`${socket}?name=Ada`);
      ada.send("From below");
      await ada.event({ sender: "Ada", message: "From below" });
      // The rest of the site is not Hubbub's, which names its policy always.
      const own = await get("/chat/nothing");
      assert(own.headers.has("content-security-policy"));
      for (
        const path of [
          ...["/", "/ws", "/metrics", "/healthz", "/lab", "/chats", "/chatx/"],
          ...["/api/rooms", "/api/rooms/lobby/events", "/x/chat/"],
        ]
      ) {
        const { headers } = await get(path);
        assertEquals(headers.get("content-security-policy"), null, path);
      }
    },
  });

  for (const base of ["", "/chat"]) {
    Deno.test({
      name: `an EventSource behind ${kind.config}${
        base && ` below ${base}`
      } goes on after a restart`,
      ignore,
      async fn() {
        const args = [
          "--trust-proxy",
          ...(base === "" ? [] : ["--base", base]),
        ];
        await using program = await Program.start({ args });
        const site = base === "" ? kind : below(kind);
        await using proxy = await Proxy.before(site, program);
        const url = new URL(`${base}/api/rooms/lobby/events`, proxy.url);
        const say = async (body: string) => {
          const to = new URL(`${base}/api/rooms/lobby/messages`, proxy.url);
          const response = await fetch(to, { method: "POST", body });
          await response.body?.cancel();
          assertEquals(response.status, 201);
        };
        using source = new Source(url);
        await source.until(({ readyState }) => readyState === EventSource.OPEN);
        await say("before");
        await source.until((_, heard) => heard.includes("before"));
        await program.stop();
        // Longer than either proxy holds a request back.
        await source.until(({ readyState }) =>
          readyState === EventSource.CONNECTING
        );
        const headers = { accept: "text/event-stream" };
        const away = await fetch(url, { headers });
        assertEquals([away.status, await away.text()], [
          200,
          "retry: 2000\n\n",
        ]);
        await using _again = await program.startAgain();
        await say("after");
        await source.until((_, heard) => heard.includes("after"));
      },
    });
  }
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
