/** docs/nginx.conf, on a real nginx: sockets, events and addresses get through. */

import { assert, assertEquals } from "@std/assert";
import { EventReader } from "../helpers/events.ts";
import { Program } from "../helpers/program.ts";
import { TempFolder } from "../helpers/temp.ts";
import { Peer } from "./peer.ts";

/** Where Debian has it; not in everybody's PATH. */
const NGINX = "/usr/sbin/nginx";

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

const ignore = !isFile(NGINX) && Deno.env.get("CI") !== "true";

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** An nginx of one test, before a program; its files are in a folder of its own. */
class Nginx implements AsyncDisposable {
  readonly #folder = new TempFolder();
  readonly #child: Deno.ChildProcess;
  readonly url: URL;
  /** Resolves when it has said its last. */
  #silent: Promise<void> = Promise.resolve();

  private constructor(program: URL) {
    const port = freePort();
    this.url = new URL(`http://127.0.0.1:${port}/`);
    const site = Deno.readTextFileSync("docs/nginx.conf")
      .replace("listen 80;", `listen 127.0.0.1:${port};`)
      .replace("127.0.0.1:8000", program.host);
    const folder = Deno.realPathSync(this.#folder.path);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    Deno.writeTextFileSync(
      this.#folder.file("main.conf"),
      `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr notice;
events {}
http {
access_log off;
${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n")}
${site}
}
`,
    );
    this.#child = new Deno.Command(NGINX, {
      args: ["-p", folder, "-e", "stderr", "-c", `${folder}/main.conf`],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
  }

  /** Starts one and waits until it has said that it listens. */
  static async before(program: Program): Promise<Nginx> {
    const nginx = new Nginx(program.url);
    let said = "";
    const ready = Promise.withResolvers<void>();
    nginx.#silent = (async () => {
      const words = nginx.#child.stderr.pipeThrough(new TextDecoderStream());
      for await (const part of words) {
        said += part;
        // Its sockets are bound before the first notice.
        if (said.includes("[notice]")) ready.resolve();
      }
      ready.reject(new Error(`nginx ended: ${said}`));
    })();
    await ready.promise;
    return nginx;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
    await this.#silent;
    this.#folder[Symbol.dispose]();
  }
}

/** A test that needs the program. */
function test(name: string, fn: () => Promise<void>): void {
  const reason = ignore ? " (needs Debian's nginx)" : "";
  Deno.test({ name: `${name}${reason}`, ignore, fn });
}

test("docs/nginx.conf lets WebSockets, events and pages through, but no metrics", async () => {
  await using program = await Program.start({ args: ["--trust-proxy"] });
  await using nginx = await Nginx.before(program);
  const socket = `ws://${nginx.url.host}/ws`;
  await using ada = await Peer.connect(socket, "hubbub.v1");
  ada.send({ type: "hello", name: "Ada" }, { type: "join", room: "lobby" });
  await ada.event({ type: "joined" });
  await using bob = await Peer.connect(`${socket}?name=Bob`);
  await using events = await EventReader.open(
    new URL("/api/rooms/lobby/events", nginx.url).href,
  );
  bob.send("Through two programs");
  const { from } = await ada.event({ type: "message" });
  assertEquals(from, "Bob");
  assertEquals(await events.texts(1), ["Through two programs"]);

  const page = await fetch(nginx.url);
  assert((await page.text()).includes("<title>"));
  const metrics = await fetch(new URL("/metrics", nginx.url));
  await metrics.body?.cancel();
  assertEquals(metrics.status, 404);
});

test("behind nginx the page's own origin is the one people see", async () => {
  await using program = await Program.start({ args: ["--trust-proxy"] });
  await using nginx = await Nginx.before(program);
  const handshake = (origin: string) =>
    fetch(new URL("/api/rooms/lobby/messages", nginx.url), {
      method: "POST",
      headers: { origin },
      body: "Hello",
    });
  const own = await handshake(nginx.url.origin);
  const other = await handshake("http://elsewhere.example");
  await Promise.all([own.body?.cancel(), other.body?.cancel()]);
  assertEquals([own.ok, other.status], [true, 403]);
});
