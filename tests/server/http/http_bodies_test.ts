/** Bodies of requests: how large, in how many pieces, how slow, how many. */

import { assert, assertEquals } from "@std/assert";
import { TRANSPORTS } from "../../helpers/transport.ts";
import {
  type InProcessOptions,
  InProcessServer,
} from "../../helpers/in_process.ts";
import { ledgerReturns } from "../../helpers/ledger.ts";
import { RawConnection } from "../../helpers/raw/raw_connection.ts";

const PATH = "/api/rooms/hall/messages";
const POST = `POST ${PATH}`;
const TEXT = { "Content-Type": "text/plain" };
const CHUNKED = { ...TEXT, "Transfer-Encoding": "chunked" };
/** Ten thousand chunks of a byte each. */
const TINY = "1\r\nx\r\n".repeat(10_000);
const LARGE = `10000\r\n${"x".repeat(0x10000)}\r\n`;

/** A test of a server over each transport, whose ledger returns to zero. */
function onBoth(
  name: string,
  run: (server: InProcessServer) => Promise<void>,
  settings: InProcessOptions = {},
): void {
  for (const transport of TRANSPORTS) {
    Deno.test(`${name}, over ${transport}`, async () => {
      await using server = await InProcessServer.start({
        transport,
        ...settings,
      });
      await ledgerReturns(server, () => run(server));
      assertEquals(server.errors, []);
    });
  }
}

/** Posts without end and reads nothing until that is refused. */
async function pour(
  port: number,
  line: string,
  headers: Record<string, string>,
  chunk: string,
): Promise<[status: number, answer: string]> {
  using client = await RawConnection.ask(port, line, headers);
  const poured = client.flood(chunk);
  const status = await client.status();
  const answer = await client.all();
  await poured;
  return [status, answer];
}

onBoth(
  "promise 10: a body that says it is too large is refused before it comes",
  async (server) => {
    const headers = { ...TEXT, "Content-Length": "600000" };
    using client = await RawConnection.ask(server.port, POST, headers);
    assertEquals(await client.status(), 413);
  },
);

onBoth(
  "promise 10: a body without end is refused and its connection ends",
  async (server) => {
    const [status, answer] = await pour(server.port, POST, CHUNKED, LARGE);
    assertEquals(status, 413);
    assert(answer.includes("The body has more than"), answer);
  },
);

onBoth(
  "promise 10: a body in chunks of a byte is refused after few of them",
  async (server) => {
    const [status, answer] = await pour(server.port, POST, CHUNKED, TINY);
    assertEquals(status, 413);
    assert(answer.includes("chunks of less than 512 bytes"), answer);
  },
);

/** Where nobody reads a body, and how that is answered. */
const UNREAD: readonly [string, Record<string, string>, number][] = [
  ["POST /healthz", CHUNKED, 405],
  ["POST /nothing", CHUNKED, 405],
  ["POST /api/nothing", CHUNKED, 404],
  ["PUT /api/rooms/hall/export", CHUNKED, 405],
  [POST, { ...CHUNKED, "Content-Type": "image/png" }, 415],
  [POST, { ...CHUNKED, "Origin": "http://elsewhere.example" }, 403],
  ["GET /healthz", CHUNKED, 200],
  ["GET /ws", { ...CHUNKED, "Upgrade": "websocket" }, 400],
  [`GET /${"x".repeat(13_000)}`, CHUNKED, 414],
];

for (const [size, chunk] of Object.entries({ large: LARGE, tiny: TINY })) {
  onBoth(
    `promise 10: what is poured where nobody reads it is answered, and its connection ends, in ${size} chunks`,
    async (server) => {
      const statuses = await Promise.all(
        UNREAD.map(async ([line, headers]) =>
          (await pour(server.port, line, headers, chunk))[0]
        ),
      );
      assertEquals(statuses, UNREAD.map(([, , status]) => status));
    },
  );
}

onBoth(
  "promise 10: a client that means well reads why its large body was refused, and goes on",
  async (server) => {
    const post = async (body: string) => {
      const response = await fetch(server.url(PATH), {
        method: "POST",
        headers: TEXT,
        body,
      });
      return [response.status, (await response.json()).code];
    };
    assertEquals(await post("x".repeat(300_000)), [413, "too_large"]);
    assertEquals(await post("Hello"), [201, undefined]);
  },
);

onBoth(
  "promise 10: a text of the longest allowed fits, however it is escaped",
  async (server) => {
    const text = "\\ud83d\\ude00".repeat(4_096);
    const response = await fetch(server.url(PATH), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"text":"${text}","from":"${"\\u0041".repeat(32)}"}`,
    });
    await response.body?.cancel();
    assertEquals(response.status, 201);
  },
);

onBoth(
  "promise 10: a body that stops to come is answered 408",
  async (server) => {
    const headers = { ...TEXT, "Content-Length": "100" };
    using client = await RawConnection.ask(server.port, POST, headers);
    await client.write("Hello");
    assertEquals(await client.status(), 408);
  },
  { slowTimeout: 1 },
);

onBoth(
  "promise 10: trailers without end are cut off at --slow-timeout",
  async (server) => {
    using client = await RawConnection.ask(server.port, POST, CHUNKED);
    await client.write("1\r\nx\r\n0\r\na: b\r\n");
    await client.status();
    let isOpen = true;
    for (let i = 0; i < 5_000 && isOpen; i++) {
      isOpen = await client.write("a: b\r\n".repeat(1_000));
    }
    assert(!isOpen, "the connection takes 30 MB of trailers");
  },
  { slowTimeout: 1 },
);

onBoth(
  "promise 10: a body that is refused and stops to come is answered all the same",
  async (server) => {
    const headers = { ...TEXT, "Content-Length": "100" };
    using client = await RawConnection.ask(
      server.port,
      "POST /nothing",
      headers,
    );
    await client.write("Hello");
    assertEquals(await client.status(), 405);
  },
);

onBoth(
  "promise 10: bodies in progress are in the ledger, and no more of one address than may be",
  async (server) => {
    const headers = { ...TEXT, "Content-Length": "100" };
    using open = new DisposableStack();
    const begin = async () =>
      open.use(await RawConnection.ask(server.port, POST, headers));
    const clients = [];
    for (let count = 0; count < 200; count++) clients.push(await begin());
    while (server.ledger.open.body < 200) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assertEquals(server.ledger.held.body, 200 * 100);
    const one = await begin();
    assertEquals(await one.status(), 503);
    const probe = await fetch(server.url("/healthz"));
    await probe.body?.cancel();
    assertEquals(probe.status, 200);
    clients[0]?.close();
    while (server.ledger.open.body === 200) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await (await begin()).write("x".repeat(100));
  },
);
