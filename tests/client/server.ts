/** A real server in this process, with the real clock. */

import { Authority } from "../../server/auth/authenticator.ts";
import { type Clock, systemClock } from "../../server/runtime/clock.ts";
import { turnsDone } from "../helpers/turns.ts";
import { readConfig } from "../../server/config/load.ts";
import { SingleNode } from "../../server/fleet/single_node.ts";
import { newId } from "../../server/runtime/ids.ts";
import { createLogger } from "../../server/runtime/logger.ts";
import { type Server, startServer } from "../../server/server.ts";
import { openStore } from "../../server/store/open_store.ts";
import { transportOnly } from "../helpers/transport.ts";

/** How to start it. */
export interface RealServerOptions {
  readonly port?: number;
  readonly store?: string;
  /** Ask for tokens that are signed with it. */
  readonly secret?: string;
  /** What those without one may do. */
  readonly guests?: "none" | "read" | "write";
}

/** A server that stops at the end of the test. */
export class RealServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #clock: StoppableClock;

  private constructor(server: Server, clock: StoppableClock) {
    this.#server = server;
    this.#clock = clock;
  }

  static async start(
    { port = 0, store = "memory:", secret, guests = "none" }:
      RealServerOptions = {},
  ): Promise<RealServer> {
    const args = [
      "--port",
      String(port),
      "--store",
      store,
      "--rate",
      "0",
      "--byte-rate",
      "0",
    ];
    const config = readConfig(args, transportOnly);
    if (config === "help") throw new Error("No settings");
    const clock = new StoppableClock();
    const server = await startServer({
      config,
      store: await openStore(store, {
        retention: { messages: config.retainMessages, ms: 0 },
        clock,
      }),
      fleet: new SingleNode({ random: Math.random, newId }),
      assets: new Map(),
      authority: await Authority.create({ secret, guests }),
      clock,
      log: createLogger({
        level: "error",
        pretty: true,
        now: Date.now,
        write: console.error,
      }),
    });
    return new RealServer(server, clock);
  }

  /** Where clients connect. */
  get url(): string {
    return new URL("/ws", this.#server.url).href.replace("http", "ws");
  }

  get port(): number {
    return Number(this.#server.url.port);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    this.#clock.stop();
    await turnsDone();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** The machine's clock, without what is still to come when a test is over. */
class StoppableClock implements Clock {
  readonly #cancels = new Set<() => void>();
  #stopped = false;

  readonly now = systemClock.now;
  readonly monotonic = systemClock.monotonic;
  readonly soon = systemClock.soon;

  after(ms: number, act: () => void): () => void {
    // A socket that is closed late begins a period of grace even now.
    if (this.#stopped) return () => {};
    const cancel = systemClock.after(ms, () => {
      this.#cancels.delete(cancel);
      act();
    });
    this.#cancels.add(cancel);
    return cancel;
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#cancels) cancel();
  }
}
