/**
 * A message in fragments that never ends: no limit of a frame's size can stop
 * it. Deno 2.5.0 does not either, so there this is not run.
 */

import { assertRejects } from "@std/assert";
import { OPCODE, RawClient } from "../../helpers/raw/raw_client.ts";
import { Scene } from "../../helpers/bystander.ts";
import { TRANSPORTS } from "../../helpers/transport.ts";

const FRAGMENT = "x".repeat(64 * 1024);
/** Far more than can be sent until the idle timeout. */
const MOST_FRAGMENTS = 2_000;

/** Sends such a message, and fails when somebody cuts it off. */
async function flood(client: RawClient): Promise<void> {
  let opcode: number = OPCODE.text;
  for (let sent = 0; sent < MOST_FRAGMENTS; sent++) {
    await client.frame(FRAGMENT, { opcode, fin: false });
    opcode = OPCODE.continuation;
    // Not more than the test's own machine can hold until then.
    await new Promise((next) => setTimeout(next, 10));
  }
}

for (const transport of TRANSPORTS) {
  Deno.test(`promise 5: a message that never ends is cut off over ${transport} and affects no other client`, async () => {
    await using scene = await Scene.open({ transport, idleTimeout: 1 });
    using client = await RawClient.open(scene.server.port, { path: "/ws" });
    const ended = client.ended();
    await assertRejects(() => flood(client));
    await ended;
    await scene.assertUnnoticed();
  });
}
