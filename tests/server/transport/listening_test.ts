/** That a port is listened on again when the runtime has stopped to, and how
 * that is noticed. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { AcceptWatch } from "../../../server/transport/accept_watch.ts";
import {
  keepListening,
  type ListenAttempt,
} from "../../../server/transport/lasting_listener.ts";

/** Attempts to listen that a test lets fail. */
class Attempts {
  readonly ports: number[] = [];
  readonly stopped: number[] = [];
  /** Errors of the next attempts to begin. */
  readonly errors: (Error | undefined)[] = [];
  #fail: (reason: unknown) => void = () => {};
  #begun = Promise.withResolvers<void>();

  open = (port: number): Promise<ListenAttempt> => {
    this.ports.push(port);
    const error = this.errors.shift();
    if (error !== undefined) return Promise.reject(error);
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#fail = resolve;
    this.#begun.resolve();
    const count = this.ports.length;
    return Promise.resolve({
      addr: { transport: "tcp", hostname: "127.0.0.1", port: 4711 },
      failed: promise,
      stop: () => {
        this.stopped.push(count);
        return Promise.resolve();
      },
    });
  };

  /** Fails the newest, and waits for the next one to begin. */
  async fail(reason: string): Promise<void> {
    this.#begun = Promise.withResolvers<void>();
    this.#fail(reason);
    await this.#begun.promise;
  }
}

function never(): never {
  throw new Error("This was not to be called");
}

Deno.test("keepListening() listens again on the same port, and stops all it began", async () => {
  const attempts = new Attempts();
  const told: unknown[] = [];
  const listener = await keepListening({
    open: attempts.open,
    port: 0,
    firstWaitMs: 1,
    onFailed: (reason) => told.push(reason),
    onLost: never,
  });
  assertEquals(listener.addr.transport, "tcp");
  await attempts.fail("first");
  attempts.errors.push(new Error("in use"));
  await attempts.fail("second");
  assertEquals(told, ["first", "second"]);
  assertEquals(attempts.ports, [0, 4711, 4711, 4711]);
  await listener.stop(Promise.resolve());
  assertEquals(attempts.stopped, [1, 2, 4]);
});

Deno.test("keepListening() gives up when it cannot begin, again and again", async () => {
  const attempts = new Attempts();
  const lost = Promise.withResolvers<unknown>();
  const listener = await keepListening({
    open: attempts.open,
    port: 0,
    // Its waits double, up to five seconds.
    firstWaitMs: 0,
    onFailed() {},
    onLost: lost.resolve,
  });
  const last = new Error("10");
  attempts.errors.push(
    ...Array.from({ length: 9 }, (_, i) => new Error(String(i))),
    last,
  );
  attempts.fail("gone");
  assertEquals(await lost.promise, last);
  assertEquals(attempts.ports.length, 11);
  await listener.stop(Promise.resolve());
});

Deno.test("keepListening() fails as the first attempt does, and waits for nothing once stopped", async () => {
  const attempts = new Attempts();
  const options = {
    open: attempts.open,
    port: 0,
    firstWaitMs: 1,
    onFailed() {},
    onLost: never,
  };
  attempts.errors.push(new Deno.errors.AddrInUse());
  await assertRejects(() => keepListening(options), Deno.errors.AddrInUse);
  const listener = await keepListening({
    ...options,
    onFailed: () => void listener.stop(Promise.resolve()),
  });
  attempts.fail("and stopped at once");
  await new Promise((next) => setTimeout(next, 20));
  assertEquals(attempts.ports.length, 2);
});

/** Times short enough for a test, and long enough for a busy machine. */
const TIMES = { silenceMs: 20, timeoutMs: 400 };

Deno.test("AcceptWatch reports a port that accepts nothing", async () => {
  // The system takes connections for it; nobody takes them from there.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname: address, port } = listener.addr as Deno.NetAddr;
  const watch = new AcceptWatch({ address, port }, TIMES);
  assert(await watch.failed instanceof Error);
  watch.stop();
});

Deno.test("AcceptWatch reports a port that is gone", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname: address, port } = listener.addr as Deno.NetAddr;
  listener.close();
  const watch = new AcceptWatch({ address, port }, TIMES);
  assert(await watch.failed instanceof Deno.errors.ConnectionRefused);
  watch.stop();
});

Deno.test("AcceptWatch asks soon where it has reason to", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname: address, port } = listener.addr as Deno.NetAddr;
  const times = { silenceMs: 3_600_000, timeoutMs: 100 };
  const watch = new AcceptWatch({ address, port }, times);
  watch.suspect();
  // What came with the reason proves nothing.
  watch.accepted();
  assert(await watch.failed instanceof Error);
  watch.stop();
});

Deno.test("AcceptWatch leaves one alone that accepts", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname: address, port } = listener.addr as Deno.NetAddr;
  const watch = new AcceptWatch({ address, port }, TIMES);
  let failed = false;
  watch.failed.then(() => failed = true);
  for (let asked = 0; asked < 3; asked++) {
    using _connection = await listener.accept();
    watch.accepted();
  }
  assert(!failed);
  watch.stop();
});
