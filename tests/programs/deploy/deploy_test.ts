/** The program on Deno Deploy, as far as that can be had on one machine. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { EventReader } from "../../helpers/events.ts";
import type { Program } from "../../helpers/programs/program.ts";
import { run } from "../../helpers/programs/run.ts";
import { TempFolder } from "../../helpers/temp.ts";
import { build, deploy, RUNTIMES } from "./deploy.ts";
import { Peer } from "../peer.ts";
import { copySources } from "../sources.ts";

async function text(program: Program, path: string): Promise<string> {
  const response = await fetch(new URL(path, program.url));
  const body = await response.text();
  assertEquals(`${path} ${response.status}`, `${path} 200`, body);
  return body;
}

/** A page, and all that it loads. */
async function load(program: Program, path: string): Promise<void> {
  const html = await text(program, path);
  const assets = html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g);
  const paths = Array.from(assets, ([, path = ""]) => path);
  assert(paths.some((path) => path.endsWith(".css")), html);
  for (const path of paths) await text(program, path);
}

/** Asks what listens on a Unix socket; in a process that may, as this one may
 * not. */
async function askUnix(socket: string, path: string): Promise<string> {
  const script = `
    const [path, request] = Deno.args;
    const socket = await Deno.connect({ transport: "unix", path });
    await socket.write(new TextEncoder().encode(request));
    console.log(await new Response(socket.readable).text());
  `;
  const request =
    `GET ${path} HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n`;
  const { stdout } = await run(
    [Deno.execPath(), "eval", script, socket, request],
  );
  return stdout;
}

for (const runtime of RUNTIMES) {
  Deno.test(`Deno Deploy: built and started on ${runtime.name}, everything is there`, async () => {
    using folder = new TempFolder();
    copySources(folder);
    await build(runtime, folder.path);
    await using program = await deploy(runtime, { cwd: folder.path });

    await load(program, "/");
    await load(program, "/lab");
    await load(program, "/lessons");
    assert((await text(program, "/")).includes(".js"));
    assertEquals(await text(program, "/healthz"), "alive\n");

    await using reader = await EventReader.open(
      new URL("/api/rooms/hall/events", program.url).href,
    );
    await using ada = await Peer.connect(program.socket("/text/hall"));
    await ada.line();
    ada.send("Ada");
    await using bob = await Peer.connect(program.socket("/ws/hall?name=Bob"));
    await using eve = await Peer.connect(program.socket("/ws"), "hubbub.v1");
    eve.send({ type: "hello", name: "Eve" }, { type: "join", room: "hall" });
    await eve.event({ type: "joined" });
    eve.send({ type: "publish", room: "hall", text: "hello", id: 1 });
    await eve.event({ type: "ack", id: 1, seq: 1 });
    await ada.until((line) => line === "[Eve]: hello");
    await bob.event({ sender: "Eve", message: "hello" });
    assertEquals(await reader.texts(1), ["hello"]);
    const answer = await fetch(
      new URL("/api/rooms/hall/messages", program.url),
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ from: "script", text: "built" }),
      },
    );
    assertEquals((await answer.json()).seq, 2);
    await bob.event({ sender: "script", message: "built" });
    await using echo = await Peer.connect(program.socket("/lessons/echo"));
    echo.send("back");
    await echo.until((line) => line.includes("back"));
  });

  Deno.test(`Deno Deploy: without a database ${runtime.name} starts in memory and says so`, async () => {
    await using program = await deploy(runtime);
    assertEquals(
      await text(program, "/readyz"),
      "ready, but messages are lost when this process ends\n",
    );
    assertMatch(await text(program, "/metrics"), /^hubbub_store_lasts 0$/m);
    await using ada = await Peer.connect(program.socket("/ws/hall?name=Ada"));
    ada.send("hello");
    await ada.event({ sender: "Ada", message: "hello" });
    // What the platform sends, 5 seconds before it kills.
    program.signal("SIGINT");
    assertEquals((await ada.closed).code, 1012);
    const { code, stderr } = await program.ended;
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /"level":"warn".*no database is assigned/);
  });

  Deno.test(`Deno Deploy: with a database ${runtime.name} keeps messages in it`, async () => {
    using folder = new TempFolder();
    const env = {
      DENO_KV_DB_MODE: "disk",
      DENO_KV_DEFAULT_PATH: folder.file("kv"),
      // The one of this test is a file.
      DENO_KV_REQUIRES_DISTRIBUTED_DATABASE: "",
    };
    {
      await using program = await deploy(runtime, { env });
      await using ada = await Peer.connect(program.socket("/ws/hall?name=Ada"));
      ada.send("hello");
      await ada.event({ sender: "Ada", message: "hello" });
      await program.stop();
    }
    await using program = await deploy(runtime, { env });
    await using bob = await Peer.connect(program.socket("/ws/hall?name=Bob"));
    await bob.event({ sender: "Ada", message: "hello" });
  });

  Deno.test(`Deno Deploy: ${runtime.name} listens where the platform says`, async () => {
    using folder = new TempFolder();
    const path = folder.file("http");
    await using program = await deploy(runtime, {
      env: { DENO_SERVE_ADDRESS: `unix:${path}` },
    });
    assertEquals(program.url.protocol, "unix:");
    const answer = await askUnix(path, "/ws");
    assertMatch(answer, /new WebSocket\("wss:\/\/app\.example\/ws"\)/);
  });
}
