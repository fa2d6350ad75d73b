/** The server behind a certificate of its own. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
// @ts-types="@types/ws"
import { WebSocket as ForeignWebSocket } from "ws";
import { makeCertificate } from "../../helpers/programs/certificate.ts";
import { Program, runProgram } from "../../helpers/programs/program.ts";
import { ResourceLedger } from "../../../server/runtime/resource_ledger.ts";
import { openTransport } from "../../../server/transport/open_transport.ts";
import { RawClient } from "../../helpers/raw/raw_client.ts";
import { TempFolder } from "../../helpers/temp.ts";

Deno.test("--cert and --key serve https and wss, with a warning before they expire", async () => {
  using folder = new TempFolder();
  const { cert, key } = await makeCertificate(folder);
  const args = ["--cert", cert, "--key", key];
  await using program = await Program.start({ folder, args });
  assertEquals(program.url.protocol, "https:");
  const ca = Deno.readTextFileSync(cert);
  using client = Deno.createHttpClient({ caCerts: [ca] });
  const health = await fetch(new URL("/healthz", program.url), { client });
  assertEquals(await health.text(), "alive\n");
  const hint = await fetch(new URL("/ws", program.url), { client });
  assertStringIncludes(await hint.text(), `wss://${program.url.host}/ws`);
  const url = program.socket("/ws?name=Ada");
  assertMatch(url, /^wss:/);
  const socket = new ForeignWebSocket(url, { ca });
  const line = await new Promise<string>((resolve, reject) => {
    socket.on("open", () => socket.send("Hello"));
    socket.on("error", reject);
    socket.on("message", (data: unknown) => {
      if (String(data).includes("Hello")) resolve(String(data));
    });
  });
  assertEquals(JSON.parse(line).sender, "Ada");
  const closed = new Promise<void>((resolve) => socket.on("close", resolve));
  socket.close();
  await closed;
  // The certificate is for a day only.
  const { stderr } = await program.stop();
  const warnings = stderr.trimEnd().split("\n").map((line) => JSON.parse(line))
    .filter(({ message }) => message === "certificate expires soon");
  assertEquals(warnings.map(({ level, path }) => [level, path]), [
    ["warn", cert],
  ]);
});

Deno.test("a certificate that is none is one clear line", async () => {
  using folder = new TempFolder();
  const { key } = await makeCertificate(folder);
  const cert = folder.file("nonsense.pem");
  Deno.writeTextFileSync(cert, "nonsense");
  const { code, stdout, stderr } = await runProgram({
    folder,
    args: ["--port", "0", "--store", "memory:", "--cert", cert, "--key", key],
  });
  assertEquals({ code, stdout }, { code: 2, stdout: "" });
  assertMatch(stderr, /^hubbub: --cert ".*" has no certificate .*\n$/);
});

for (const transport of ["native", "ws"]) {
  Deno.test(`a key of another certificate is one clear line (${transport})`, async () => {
    using folder = new TempFolder();
    using other = new TempFolder();
    const { cert } = await makeCertificate(folder);
    const key = folder.file("other.pem");
    Deno.copyFileSync((await makeCertificate(other)).key, key);
    const { code, stdout, stderr } = await runProgram({
      folder,
      args: ["--port", "0", "--store", "memory:", "--transport", transport]
        .concat("--cert", cert, "--key", key),
    });
    assertEquals({ code, stdout }, { code: 2, stdout: "" });
    assertMatch(
      stderr,
      /^hubbub: --cert and --key do not belong together.*\n$/,
    );
  });
}

Deno.test("files of a certificate and key that are empty are no plain server", async () => {
  using folder = new TempFolder();
  const empty = folder.file("empty.pem");
  Deno.writeTextFileSync(empty, "");
  const { code, stdout, stderr } = await runProgram({
    folder,
    args: ["--port", "0", "--store", "memory:"]
      .concat("--cert", empty, "--key", empty),
  });
  assertEquals({ code, stdout }, { code: 2, stdout: "" });
  assertMatch(stderr, /^hubbub: --cert ".*" is empty\n$/);
});

Deno.test("promise 5: over ws a handshake of TLS that is never finished ends in time", async () => {
  using folder = new TempFolder();
  const { cert, key } = await makeCertificate(folder);
  const ledger = new ResourceLedger();
  const transport = await openTransport("ws", {
    idleSeconds: 0,
    maxFrame: 65_536,
    slowMs: 10_000,
    headMs: 500,
    ledger,
    onError(error) {
      throw error;
    },
  });
  const listener = await transport.listen({
    hostname: "127.0.0.1",
    port: 0,
    tls: {
      cert: await Deno.readTextFile(cert),
      key: await Deno.readTextFile(key),
    },
    handler: () => new Response("here"),
    onError: Response.error,
    onFault: Response.error,
  });
  const { port } = listener.addr as Deno.NetAddr;
  // Nothing, the first bytes of a hello, and what is no TLS at all.
  for (const bytes of [[], [0x16, 3, 1, 2, 0, 1, 0, 1], [0x47, 0x45, 0x54]]) {
    using client = await RawClient.connect(port);
    await client.write(new Uint8Array(bytes));
    // Any alert and the end; it hangs up itself only after that.
    await client.rest();
    while (ledger.count("connection") > 0) {
      await new Promise((next) => setTimeout(next, 5));
    }
  }
  await listener.stop(Promise.resolve());
});
