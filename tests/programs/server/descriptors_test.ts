/** A server that may open few files: more connections than those cost it
 * nothing that lasts. */

import { assert, assertMatch } from "@std/assert";
import { Program } from "../../helpers/programs/program.ts";
import { RawClient } from "../../helpers/raw/raw_client.ts";
import { TRANSPORTS } from "../../helpers/transport.ts";

/** Opens connections until the system or the server refuses one. */
async function connectMany(port: number, most: number): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  for (let i = 0; i < most; i++) {
    const client = await RawClient.connect(port).catch(() => undefined);
    if (client === undefined) break;
    clients.push(client);
  }
  return clients;
}

/** Whether it answers within some seconds. */
async function answers(url: URL): Promise<boolean> {
  const signal = AbortSignal.timeout(3_000);
  try {
    const response = await fetch(new URL("/healthz", url), { signal });
    await response.text();
    return response.ok;
  } catch {
    return false;
  }
}

for (const transport of TRANSPORTS) {
  Deno.test(`promise 5: more connections than files may be open end in nothing worse than a wait over ${transport}`, async () => {
    await using program = await Program.start({
      through: ["bash", "-c", 'ulimit -n 300; exec "$@"', "bash"],
      args: ["--transport", transport],
    });
    const port = Number(program.url.port);
    const clients = await connectMany(port, 500);
    // It has room for some 200 of them, so these are refused one way or other.
    await Promise.allSettled(clients.map((client) => client.write("GET")));
    for (const client of clients) client[Symbol.dispose]();
    const until = Date.now() + 60_000;
    while (!await answers(program.url)) {
      assert(Date.now() < until, "it listens no more");
      await new Promise((next) => setTimeout(next, 200));
    }
    const { code, stderr } = await program.stop();
    assert(code === 0, stderr);
    assertMatch(
      stderr,
      /"file descriptor limit is below the connection limits"/,
    );
    assertMatch(
      stderr,
      transport === "ws"
        ? /"connections refused","limit":"open files/
        : /"listener stopped; reopening it"/,
    );
  });
}
