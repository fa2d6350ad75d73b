/** A server that is full still says whether it lives: a supervisor must not
 * restart it for its many clients. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  Program,
  type ProgramOptions,
} from "../../helpers/programs/program.ts";
import { RawClient } from "../../helpers/raw/raw_client.ts";

/** What fills a server, by the limit. */
const FULL: Readonly<
  Record<string, ProgramOptions & { readonly base?: string }>
> = {
  "connections": { args: ["--max-connections", "3"] },
  "connections, below a path": {
    args: ["--max-connections", "3", "--base", "/chat"],
    base: "/chat",
  },
  "connections of an address": { args: ["--max-per-address", "3"] },
  "open files": {
    through: ["bash", "-c", 'ulimit -n 300; exec "$@"', "bash"],
  },
};

/** Sends a request over a connection of its own; gives all of the answer. */
async function ask(port: number, request: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(request));
  let answer = "";
  for await (
    const part of connection.readable.pipeThrough(new TextDecoderStream())
  ) answer += part;
  return answer;
}

for (
  const [limit, { base = "", args = [], ...options }] of Object.entries(FULL)
) {
  Deno.test(`a server that is full of ${limit} answers probes over ws, and nothing else`, async () => {
    await using program = await Program.start({
      ...options,
      args: ["--transport", "ws", ...args],
    });
    const port = Number(program.url.port);
    const get = (path: string, more = "") =>
      ask(
        port,
        `GET ${base}${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`,
      );
    const clients: RawClient[] = [];
    // More than any of these limits; each may wait for its next request.
    for (let i = 0; i < 260; i++) {
      const client = await RawClient.connect(port);
      clients.push(client);
      const probe = `GET ${base}/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`;
      await client.write(probe).catch(() => {});
    }
    // Those beyond the limit are given up after 2 s.
    const until = Date.now() + 30_000;
    let health = "";
    while (!health.includes("alive")) {
      assert(Date.now() < until, health);
      health = await get("/healthz").catch(String);
    }
    assertMatch(health, /^HTTP\/1\.1 200 [\s\S]*connection: close/i);
    assertMatch(await get("/readyz"), /^HTTP\/1\.1 200 [\s\S]*ready/);
    const handshake = "Connection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for (
      const [path, more] of [
        ["/", ""],
        ["/api/rooms", ""],
        ["/api/rooms/healthz", ""],
        ["/metrics", ""],
        ["/ws", handshake],
        ["/healthz", handshake],
      ] as const
    ) {
      const answer = await get(path, more);
      assertMatch(answer, /^HTTP\/1\.1 503 [\s\S]*Too many connections/, path);
    }
    for (const client of clients) client[Symbol.dispose]();
    const { code, stderr } = await program.stop();
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /"connections refused"/);
  });
}
