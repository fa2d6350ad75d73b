/**
 * What a message costs, by counting and not by clock: frames, encodings and
 * statements. Whoever makes one of these grow with the members or with the
 * messages of a tick finds out here; `deno task bench` tells how much it costs.
 */

import { Authority } from "../../../server/auth/authenticator.ts";
import { assert, assertEquals } from "@std/assert";
import { StatementSync } from "node:sqlite";
import type { Dialect } from "../../../protocol/dialect.ts";
import { simple } from "../../../protocol/simple.ts";
import { v1 } from "../../../protocol/v1.ts";
import { Connection } from "../../../server/connection/connection.ts";
import { ResourceLedger } from "../../../server/runtime/resource_ledger.ts";
import { freeRates } from "../../helpers/rates.ts";
import { SILENCE } from "../../helpers/doubles/silence.ts";
import { SqliteStore } from "../../../server/store/sqlite/sqlite_store.ts";
import type { Draft, Receipt } from "../../../server/store/store.ts";
import type { Socket } from "../../../server/transport/socket.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { TempFolder } from "../../helpers/temp.ts";

const MEMBERS = 50;
const MESSAGES = 20;

const authority = await Authority.create({ guests: "none" });

/** A socket that counts. */
class CountingSocket implements Socket {
  readonly open = true;
  frames = 0;
  /** How often it was asked what is unsent: a call into the runtime. */
  asked = 0;

  get buffered(): number {
    this.asked++;
    return 0;
  }

  send(): void {
    this.frames++;
  }

  close(): void {}
}

/** A dialect that counts the messages it encodes. */
function counting(dialect: Dialect): { dialect: Dialect; encoded: number } {
  const counter = {
    encoded: 0,
    dialect: {
      ...dialect,
      encodeMessages(...args: Parameters<Dialect["encodeMessages"]>) {
        counter.encoded += args[0].length;
        return dialect.encodeMessages(...args);
      },
    },
  };
  return counter;
}

/** A room full of connections over sockets that count. */
class CountingRoom {
  readonly bench = new HubBench();
  readonly sockets: CountingSocket[] = [];
  readonly #connections: Connection[] = [];
  /** Drafts of each append. */
  appends: number[] = [];

  constructor() {
    const { store } = this.bench;
    const append = store.append.bind(store);
    store.append = (drafts: readonly Draft[]): Promise<Receipt[]> => {
      this.appends.push(drafts.length);
      return append(drafts);
    };
  }

  /** Lets some in who speak a dialect. */
  async enter(count: number, dialect: Dialect): Promise<void> {
    const { bench } = this;
    for (let i = 0; i < count; i++) {
      const socket = new CountingSocket();
      const connection = new Connection({
        address: "192.0.2.7",
        id: String(this.#connections.length),
        socket,
        entry: { dialect, room: "hall" },
        hub: bench.hub,
        authority,
        clock: bench.clock,
        log: SILENCE,
        rates: freeRates(bench.clock),
        maxFrame: 2 ** 20,
        ledger: new ResourceLedger(),
        helloMs: 10_000,
        onGone: () => {},
        onClosed: () => {},
      });
      connection.open();
      if (dialect.naming === "hello") connection.message('{"type":"hello"}');
      this.sockets.push(socket);
      this.#connections.push(connection);
    }
    await bench.turn();
  }

  /** Has the first to have come publish, all in one tick. */
  async say(messages: number): Promise<void> {
    for (const socket of this.sockets) socket.frames = socket.asked = 0;
    this.appends = [];
    for (let i = 0; i < messages; i++) {
      this.#connections[0]?.message(
        JSON.stringify({
          type: "publish",
          room: "hall",
          text: `message ${i}`,
          cid: `c${i}`,
        }),
      );
    }
    await this.bench.turn();
  }
}

Deno.test("a tick is one append, and one frame for each member that speaks hubbub.v1", async () => {
  const room = new CountingRoom();
  await room.enter(MEMBERS, v1);
  await room.say(MESSAGES);
  assertEquals(room.appends, [MESSAGES]);
  const [publisher, ...others] = room.sockets.map(({ frames }) => frames);
  assertEquals(others, others.map(() => 1));
  // Its messages, and its acks if these came in a frame of their own.
  assert(publisher !== undefined && publisher <= 2, `${publisher} frames`);
});

Deno.test("a message is encoded once a dialect, however many members read it", async () => {
  const room = new CountingRoom();
  const lines = counting(v1);
  const objects = counting(simple);
  await room.enter(MEMBERS, lines.dialect);
  await room.enter(MEMBERS, objects.dialect);
  await room.say(MESSAGES);
  assertEquals([lines.encoded, objects.encoded], [MESSAGES, MESSAGES]);
});

Deno.test("a socket's buffer is not queried before enough was sent to matter", async () => {
  const room = new CountingRoom();
  await room.enter(MEMBERS, v1);
  await room.say(1);
  assertEquals(
    room.sockets.map(({ asked }) => asked),
    room.sockets.map(() => 0),
  );
});

/** Runs something and counts the statements that `node:sqlite` executes. */
async function statementsOf(act: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const { prototype } = StatementSync;
  const original = {
    run: prototype.run,
    get: prototype.get,
    all: prototype.all,
  };
  for (const name of ["run", "get", "all"] as const) {
    const method = original[name] as (...args: unknown[]) => unknown;
    Object.assign(prototype, {
      [name](this: StatementSync, ...args: unknown[]) {
        count++;
        return method.apply(this, args);
      },
    });
  }
  try {
    await act();
  } finally {
    Object.assign(prototype, original);
  }
  return count;
}

/** Statements that a tick may cost beside its rows: begin, head, commit, and
 * one to spare. */
const PER_TICK = 4;

Deno.test("SqliteStore.append() runs at most one statement a message, and a few a tick", async () => {
  using folder = new TempFolder();
  const store = SqliteStore.open({
    path: folder.file("counts.db"),
    retention: { messages: 1_000, ms: 0 },
    clock: new FakeClock(),
  });
  const drafts = (tick: string, count: number) =>
    Array.from({ length: count }, (_, i): Draft => ({
      room: "hall",
      from: "Ada",
      text: "hi",
      author: "s1",
      cid: `${tick}-${i}`,
    }));
  await store.append(drafts("first", 1));
  for (const count of [1, MESSAGES, 10 * MESSAGES]) {
    const statements = await statementsOf(() =>
      store.append(drafts(String(count), count))
    );
    assert(statements > 0, "counts nothing");
    assert(
      statements <= count + PER_TICK,
      `${statements} statements for ${count} messages`,
    );
  }
  await store.close();
});

Deno.test("SqliteStore takes one statement to list its rooms, and looks at some of them in a step of the retention", async () => {
  using folder = new TempFolder();
  const store = SqliteStore.open({
    path: folder.file("counts.db"),
    retention: { messages: 1_000, ms: 0 },
    clock: new FakeClock(),
  });
  const steps: number[] = [];
  for (const count of [200, 400]) {
    await store.append(Array.from({ length: count }, (_, i): Draft => ({
      room: `room-${i}`,
      from: "Ada",
      text: "hi",
      author: "s1",
    })));
    assertEquals(await statementsOf(() => store.rooms()), 1);
    steps.push(await statementsOf(() => store.trim()));
  }
  assertEquals(steps[0], steps[1]);
  await store.close();
});
