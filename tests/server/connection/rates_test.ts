/** Limits that follow whoever connects anew, over real connections: an attacker
 * in every dialect, and a class behind the same address. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { connect } from "../../../client/hubbub.ts";
import { Client, V1Client } from "../../helpers/clients.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { scrape } from "../../helpers/metrics.ts";
import { RawClient } from "../../helpers/raw/raw_client.ts";
import { SECRET, signed } from "../../helpers/tokens.ts";

/** How many messages a room has. */
async function stored(server: InProcessServer, room = "hall"): Promise<number> {
  const response = await fetch(server.url(`/api/rooms/${room}/messages`));
  return (await response.json()).head;
}

/** Sends 40 messages in a dialect, and waits until each was answered. */
const FLOODS: Readonly<
  Record<string, (server: InProcessServer, i: number) => Promise<void>>
> = {
  async simple(server) {
    await using client = await Client.native(server.socket("/ws/hall"));
    for (let i = 0; i < 40; i++) client.send("x");
    for (let answers = 0; answers < 40;) {
      const { seq, event } = JSON.parse(await client.inbox.next());
      if (seq !== undefined || event === "error") answers++;
    }
  },
  async text(server, turn) {
    await using client = await Client.native(
      server.socket("/text/hall?history=0"),
    );
    client.send(`Rude ${turn}`);
    for (let i = 0; i < 40; i++) client.send("x");
    client.send("/help");
    await client.inbox.until((frame) => frame.startsWith("/help"));
  },
  async v1(server) {
    await using client = await V1Client.connect(server.socket("/ws"));
    const message = { type: "publish", room: "hall", text: "x", id: 1 };
    client.send({ type: "hello" }, ...Array(40).fill(message));
    await client.next("welcome");
    for (let answers = 0; answers < 40;) {
      for (const { type } of await client.sofar()) {
        if (type === "ack" || type === "error") answers++;
      }
    }
  },
};

for (const dialects of [["simple"], ["text"], ["v1"], Object.keys(FLOODS)]) {
  Deno.test(`reconnecting does not raise the message limit, in ${dialects.join(", ")}`, async () => {
    await using server = await InProcessServer.start();
    const began = performance.now();
    for (let i = 0; i < 12; i++) {
      await FLOODS[dialects[i % dialects.length]!]!(server, i);
    }
    const seconds = Math.ceil((performance.now() - began) / 1000);
    const count = await stored(server);
    assert(count >= 30, `${count}`);
    assertLess(count, 30 + 10 * seconds + 5);
  });
}

Deno.test("resuming a session does not raise its rate limit, even from other addresses", async () => {
  await using server = await InProcessServer.start({ trustProxy: true });
  const began = performance.now();
  let token: string | undefined;
  for (let i = 0; i < 12; i++) {
    using client = await RawClient.open(server.port, {
      path: "/ws",
      headers: {
        "X-Forwarded-For": `192.0.2.${i}`,
        "Sec-WebSocket-Protocol": "hubbub.v1",
      },
    });
    const lines = [
      { type: "hello", token },
      ...Array(40).fill({ type: "publish", room: "hall", text: "x", id: 1 }),
      { type: "ping", id: "end" },
    ];
    await client.frame(lines.map((line) => JSON.stringify(line)).join("\n"));
    let answers = 0;
    while (answers < 40) {
      for (const line of (await client.text()).split("\n")) {
        const event = JSON.parse(line);
        if (event.type === "welcome") token = event.token;
        if (event.id === 1) answers++;
      }
    }
  }
  const seconds = Math.ceil((performance.now() - began) / 1000);
  assertLess(await stored(server), 30 + 10 * seconds + 5);
});

Deno.test("a user's connections and scripts share one rate", async () => {
  await using server = await InProcessServer.start({
    authSecret: SECRET,
    guests: "read",
  });
  const auth = await signed({ sub: "ada" });
  const began = performance.now();
  for (let i = 0; i < 3; i++) {
    await using client = await V1Client.connect(server.socket("/ws"));
    const message = { type: "publish", room: "hall", text: "x", id: 1 };
    client.send({ type: "hello", auth }, ...Array(15).fill(message));
    for (let answers = 0; answers < 15;) {
      for (const { type } of await client.sofar()) {
        if (type === "ack" || type === "error") answers++;
      }
    }
  }
  const post = () =>
    fetch(server.url("/api/rooms/hall/messages"), {
      method: "POST",
      headers: {
        authorization: `Bearer ${auth}`,
        "content-type": "text/plain",
      },
      body: "x",
    });
  const statuses: number[] = [];
  for (let i = 0; i < 20; i++) {
    const response = await post();
    statuses.push(response.status);
    if (response.status === 429) {
      assert(Number(response.headers.get("retry-after")) > 0);
    }
    await response.body?.cancel();
  }
  assert(statuses.includes(429));
  const seconds = Math.ceil((performance.now() - began) / 1000);
  assertLess(await stored(server), 30 + 10 * seconds + 5);
});

Deno.test("too many new connections from an address are refused with 429 before the upgrade", async () => {
  await using server = await InProcessServer.start({
    connectRate: 2,
    trustProxy: true,
  });
  const open = async (address: string, path = "/ws") => {
    using client = await RawClient.connect(server.port);
    return await client.handshake(path, { "X-Forwarded-For": address });
  };
  for (let i = 0; i < 20; i++) {
    const path = i % 2 ? "/ws" : "/lessons/echo";
    assert((await open("192.0.2.1", path)).startsWith("HTTP/1.1 101"));
  }
  const heads = [await open("192.0.2.1"), await open("192.0.2.1")];
  const refused = heads.find((head) => head.startsWith("HTTP/1.1 429"));
  assert(refused !== undefined, heads.join());
  assert(/retry-after: 1/i.test(refused));
  assert((await open("192.0.2.2")).startsWith("HTTP/1.1 101"));
});

Deno.test("40 users with two devices each can all reload and write without reaching a limit", async () => {
  await using server = await InProcessServer.start();
  for (let reload = 1; reload <= 3; reload++) {
    const clients = Array.from({ length: 80 }, (_, i) => {
      const client = connect(server.socket("/ws"), { name: `Pupil ${i}` });
      const room = client.join("class", { limit: 0 });
      const lines = [1, 2, 3].map((line) => room.publish(`Line ${line}`).done);
      return { client, lines };
    });
    for (const { lines } of clients) {
      for (const { phase } of await Promise.all(lines)) {
        assertEquals(phase, "sent");
      }
    }
    assertEquals(await stored(server, "class"), reload * 3 * 80);
    await Promise.all(clients.map(({ client }) => client.close()));
  }
  const metrics = await scrape(server.url("/metrics"));
  const refused = 'hubbub_refused_total{code="rate_limited"}';
  assertEquals(metrics.get(refused), undefined);
});
