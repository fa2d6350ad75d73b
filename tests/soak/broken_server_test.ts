/**
 * That the truth checker can fail: real servers in this process, over stores
 * that are wrong on purpose, and real clients of the soak that talk to them.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Store } from "../../server/store/store.ts";
import { Changes } from "../../soak/changes.ts";
import { V1Client } from "../../soak/clients/v1.ts";
import { seeded } from "../../soak/random.ts";
import { writeText } from "../../soak/texts.ts";
import { Truth } from "../../soak/truth.ts";
import { inWords } from "../../soak/violation.ts";
import { InProcessServer } from "../helpers/in_process.ts";
import {
  AcksFirst,
  FeedsOneOff,
  ReadsOneOff,
  ReplaysThenSubscribes,
  SoundStore,
} from "./broken_stores.ts";

const room = "hall";
/** For what must come; nothing waits that long when all is well. */
const PATIENCE_MS = 10_000;

/** A server over some store, its clients, and the checker that watches. */
class Bench implements AsyncDisposable {
  readonly truth = new Truth();
  readonly #changes = new Changes();
  readonly #store: Store;
  readonly #clients: V1Client[] = [];
  #server: InProcessServer;
  #life = 1;
  #said = 0;

  private constructor(store: Store, server: InProcessServer) {
    this.#store = store;
    this.#server = server;
  }

  static async start(store: Store): Promise<Bench> {
    const server = await InProcessServer.start({ with: store, rate: 0 });
    return new Bench(store, server);
  }

  /** Somebody comes. */
  async join(id: string, fromStart = false): Promise<V1Client> {
    const client = new V1Client({
      id,
      room,
      fromStart,
      server: this.#server.socket("/"),
      truth: this.truth,
      changes: this.#changes,
      random: seeded(1),
      comeBackMs: 10,
      limit: 0,
      lag() {},
      life: () => this.#life,
    });
    this.#clients.push(client);
    await this.until(() => client.here);
    return client;
  }

  async until(holds: () => boolean): Promise<void> {
    assert(await this.#changes.until(holds, PATIENCE_MS), "It did not come");
  }

  /** Says something, and waits for the ack. */
  async say(client: V1Client): Promise<void> {
    client.publish(writeText(client.id, ++this.#said, 20));
    await this.until(() => client.settled);
  }

  /** Ends the server and starts another one on its port and its store. */
  async restart(): Promise<void> {
    const { port } = this.#server;
    await this.#server[Symbol.asyncDispose]();
    this.#server = await InProcessServer.start({
      with: this.#store,
      rate: 0,
      port,
    });
    this.#life++;
    await this.until(() => this.#clients.every(({ here }) => here));
  }

  /** What was violated, in words, now that everybody had time for everything. */
  found(): string {
    this.truth.finish(this.#clients.map(({ id }) => ({ reader: id, room })));
    return this.truth.violations.map(inWords).join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end()));
    await this.#server[Symbol.asyncDispose]();
  }
}

Deno.test("a sound server violates nothing", async () => {
  await using bench = await Bench.start(new SoundStore());
  const ada = await bench.join("ada");
  await bench.join("bob");
  await bench.say(ada);
  await bench.restart();
  await bench.say(ada);
  ada.repeat("restart");
  await bench.until(() => ada.settled);
  const late = await bench.join("late", true);
  await bench.until(() => bench.truth.complete(late.id, room));
  await bench.until(() => bench.truth.complete("bob", room));
  assertEquals(bench.found(), "");
  assertEquals(bench.truth.resumes, { full: 3, partial: 0, none: 0 });
});

Deno.test("a server that acks before it appends is found out after a crash", async () => {
  const store = new AcksFirst();
  await using bench = await Bench.start(store);
  const ada = await bench.join("ada");
  await bench.say(ada);
  store.busy = true;
  await bench.say(ada);
  store.busy = false;
  await bench.restart();
  await bench.say(ada);
  assertStringIncludes(
    bench.found(),
    'room "hall", seq 2, reader "the ack to ada": carries "ada.3.20", but "ada.2.20" for the ack to ada',
  );
});

Deno.test("an ack whose message never comes is found out without a crash too", async () => {
  const store = new AcksFirst();
  await using bench = await Bench.start(store);
  const ada = await bench.join("ada");
  store.busy = true;
  await bench.say(ada);
  assertStringIncludes(
    bench.found(),
    'room "hall", seq 1, reader "ada": never got it: it ended at seq 0, the newest is 1, known from the ack to ada',
  );
});

Deno.test("a server that replays and then subscribes is found out", async () => {
  const store = new ReplaysThenSubscribes();
  await using bench = await Bench.start(store);
  store.inBetween = () => {
    bench.truth.sent("eve.1.20");
    const text = writeText("eve", 1, 20);
    return store.append([{ room, from: "eve", author: "eve", text }])
      .then(([receipt]) => {
        const seq = receipt?.seq ?? 0;
        bench.truth.acked({ author: "eve", room, seq, text: "eve.1.20" });
      });
  };
  const ada = await bench.join("ada");
  await bench.say(ada);
  await bench.until(() => bench.truth.violationCount > 0);
  assertStringIncludes(
    bench.found(),
    'room "hall", seq 1, reader "ada": carries "ada.1.20", but "eve.1.20" for the ack to eve',
  );
});

Deno.test("a feed that is off by one is found out", async () => {
  await using bench = await Bench.start(new FeedsOneOff());
  const ada = await bench.join("ada");
  await bench.say(ada);
  await bench.until(() => bench.truth.violationCount > 0);
  assertStringIncludes(
    bench.found(),
    'room "hall", seq 2, reader "ada": "ada.1.20" is stored twice: as seq 1 too, known from the ack to ada',
  );
});

Deno.test("a cursor into the log that is off by one is found out", async () => {
  await using bench = await Bench.start(new ReadsOneOff());
  const ada = await bench.join("ada");
  await bench.say(ada);
  await bench.say(ada);
  // What is in memory is right: only a room that is opened anew is read.
  await bench.restart();
  const late = await bench.join("late", true);
  await bench.until(() => bench.truth.violationCount > 0);
  assertStringIncludes(
    bench.found(),
    `room "hall", seq 1, reader "${late.id}": carries "ada.2.20", but "ada.1.20" for the ack to ada`,
  );
});
