/** Requests that come while a hello, a token or the fleet takes its time: they
 * wait, or are refused one by one; the connection stays. Promise 7. */

import { assert, assertEquals } from "@std/assert";
import { connect } from "../../../client/hubbub.ts";
import { SingleNode } from "../../../server/fleet/single_node.ts";
import type { Claim, Held } from "../../../server/fleet/fleet.ts";
import { newId } from "../../../server/runtime/ids.ts";
import { V1Client } from "../../helpers/clients.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { SECRET, signed } from "../../helpers/tokens.ts";

/** A fleet whose engine answers when a test lets it. */
class SlowFleet extends SingleNode {
  readonly asked = Promise.withResolvers<void>();
  readonly answer = Promise.withResolvers<void>();

  constructor() {
    super({ random: Math.random, newId });
  }

  override claim(claim: Claim): Held {
    this.asked.resolve();
    const held = this.answer.promise.then(() => super.claim(claim));
    // The contract gives a promise where an engine has to be asked.
    return held as unknown as Held;
  }
}

/** What became of each message, by its cid. */
async function outcomes(client: V1Client, count: number) {
  const byCid = new Map<string, string>();
  while (byCid.size < count) {
    for (const event of await client.sofar()) {
      if (event.type === "ack" && event.cid) byCid.set(event.cid, "stored");
      if (event.type === "error" && event.cid) {
        byCid.set(event.cid, event.code);
        assert((event.retryAfterMs ?? 0) > 0, event.message);
        assertEquals(event.id, event.cid);
      }
    }
  }
  return byCid;
}

function publish(i: number) {
  return {
    type: "publish",
    room: "hall",
    text: "Hi",
    cid: `c${i}`,
    id: `c${i}`,
  };
}

Deno.test("promise 7: of 300 messages behind a hello that the fleet delays, each is stored or refused as retryable", async () => {
  const fleet = new SlowFleet();
  await using server = await InProcessServer.start({ fleet });
  await using client = await V1Client.connect(server.socket("/ws"));
  client.send({ type: "hello" });
  for (let i = 0; i < 300; i++) client.send(publish(i));
  await fleet.asked.promise;
  fleet.answer.resolve();
  const codes = [...(await outcomes(client, 300)).values()];
  const stored = codes.filter((code) => code === "stored").length;
  assert(stored >= 30 && stored < 60, `${stored} stored`);
  assertEquals(
    codes.filter((code) => code === "rate_limited").length,
    300 - stored,
  );
});

Deno.test("promise 7: a hello with a token, and 300 messages in frames of their own, in the same turn", async () => {
  await using server = await InProcessServer.start({ authSecret: SECRET });
  await using client = await V1Client.connect(server.socket("/ws"));
  client.send({ type: "hello", auth: await signed({ sub: "ada" }) });
  for (let i = 0; i < 300; i++) client.send(publish(i));
  const codes = [...(await outcomes(client, 300)).values()];
  assert(codes.includes("stored"));
  assert(codes.every((code) => code === "stored" || code === "rate_limited"));
});

Deno.test("promise 7: refuses each line over the queue limit separately, and the client can retry it", async () => {
  const fleet = new SlowFleet();
  await using server = await InProcessServer.start({ fleet, rate: 0 });
  await using client = await V1Client.connect(server.socket("/ws"));
  const pad = "x".repeat(4_000);
  client.send({ type: "hello" });
  for (let i = 0; i < 300; i++) client.send({ ...publish(i), pad });
  await fleet.asked.promise;
  // Those that wait cannot be answered before; these can.
  const first = await client.next("error");
  assertEquals(first.code, "rate_limited");
  fleet.answer.resolve();
  const codes = await outcomes(client, 299);
  const again = [...codes].filter(([, code]) => code === "rate_limited");
  assert(again.length > 0 && again.length < 299, `${again.length} refused`);
  for (const [cid] of [...again, [first.cid ?? ""]]) {
    client.send(publish(Number(cid?.slice(1))));
  }
  let stored = 0;
  while (stored < again.length + 1) {
    if ((await client.next("ack")).cid !== undefined) stored++;
  }
});

Deno.test("promise 3: the client gets 300 messages out through a slow hello, each once and in order", async () => {
  const fleet = new SlowFleet();
  await using server = await InProcessServer.start({ fleet, rate: 1_000 });
  const client = connect(server.socket("/ws"), {
    name: "Ada",
    outboxLimit: 300,
  });
  const room = client.join("hall");
  const texts: string[] = [];
  const all = Promise.withResolvers<void>();
  room.on("message", ({ text }) => {
    if (texts.push(text) === 300) all.resolve();
  });
  for (let i = 0; i < 300; i++) room.publish(`${i}`);
  await fleet.asked.promise;
  fleet.answer.resolve();
  await all.promise;
  assertEquals(texts, Array.from({ length: 300 }, (_, i) => `${i}`));
  await client.close();
});
