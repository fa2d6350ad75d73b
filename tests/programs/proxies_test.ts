/** docs/nginx.conf and docs/Caddyfile, on the real programs: sockets, events and
 * addresses get through. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { KEEP_ALIVE_MS } from "../../server/transport/node_http.ts";
import { TRANSPORTS } from "../../server/transport/open.ts";
import { EventReader } from "../helpers/events.ts";
import { Program } from "../helpers/program.ts";
import { TempFolder } from "../helpers/temp.ts";
import { Peer } from "./peer.ts";

/** How one is run. */
interface ProxyKind {
  readonly name: string;
  /** Its configuration in the docs. */
  readonly config: string;
  /** Where Debian has it; not in everybody's PATH. */
  readonly program: string;
  /** Makes the file that it starts with; all else it writes is in a folder. */
  readonly adapt: (
    config: string,
    to: { host: string; port: number; folder: string },
  ) => string;
  readonly args: (folder: string) => readonly string[];
  /** What it says when it listens. */
  readonly ready: string;
}

const NGINX: ProxyKind = {
  name: "nginx",
  config: "docs/nginx.conf",
  program: "/usr/sbin/nginx",
  adapt(config, { host, port, folder }) {
    const site = config
      .replace("listen 80;", `listen 127.0.0.1:${port};`)
      .replace("127.0.0.1:8000", host);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr notice;
events {}
http {
access_log off;
${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n")}
${site}
}
`;
  },
  args: (folder) => ["-p", folder, "-e", "stderr", "-c", `${folder}/config`],
  // Its sockets are bound before the first notice.
  ready: "[notice]",
};

const CADDY: ProxyKind = {
  name: "Caddy",
  config: "docs/Caddyfile",
  program: "/usr/bin/caddy",
  adapt(config, { host, port }) {
    const site = config
      // Without a certificate: nobody could answer for this name here.
      .replace("chat.example.org", `http://127.0.0.1:${port}`)
      .replace("127.0.0.1:8000", host);
    return `{\n\tadmin off\n\tgrace_period 100ms\n}\n${site}`;
  },
  args: (folder) => [
    "run",
    ...["--adapter", "caddyfile", "--config", `${folder}/config`],
  ],
  ready: "serving initial configuration",
};

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A proxy of one test, before a program. */
class Proxy implements AsyncDisposable {
  readonly #folder = new TempFolder();
  readonly #child: Deno.ChildProcess;
  readonly url: URL;
  /** Resolves when it has said its last. */
  #silent: Promise<void> = Promise.resolve();

  private constructor(kind: ProxyKind, program: URL) {
    const port = freePort();
    this.url = new URL(`http://127.0.0.1:${port}/`);
    const folder = Deno.realPathSync(this.#folder.path);
    const { host } = program;
    Deno.writeTextFileSync(
      this.#folder.file("config"),
      kind.adapt(Deno.readTextFileSync(kind.config), { host, port, folder }),
    );
    this.#child = new Deno.Command(kind.program, {
      args: [...kind.args(folder)],
      env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
  }

  /** Starts one and waits until it has said that it listens. */
  static async before(kind: ProxyKind, program: Program): Promise<Proxy> {
    const proxy = new Proxy(kind, program.url);
    let said = "";
    const ready = Promise.withResolvers<void>();
    proxy.#silent = (async () => {
      const words = proxy.#child.stderr.pipeThrough(new TextDecoderStream());
      for await (const part of words) {
        said += part;
        if (said.includes(kind.ready)) ready.resolve();
      }
      ready.reject(new Error(`${kind.name} ended: ${said}`));
    })();
    await ready.promise;
    return proxy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
    await this.#silent;
    this.#folder[Symbol.dispose]();
  }
}

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
