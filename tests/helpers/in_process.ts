/**
 * A whole server in this process, on a port of its own, for tests that talk to
 * it over real sockets.
 */

import type { Assets } from "../../server/http/page_files.ts";
import { Authority } from "../../server/auth/authenticator.ts";
import { systemClock } from "../../server/runtime/clock.ts";
import { readConfig } from "../../server/config/load.ts";
import type { Config } from "../../server/config/schema.ts";
import { SingleNode } from "../../server/fleet/single_node.ts";
import type { Fleet } from "../../server/fleet/fleet.ts";
import { turnsDone } from "./turns.ts";
import { newId } from "../../server/runtime/ids.ts";
import { createLogger } from "../../server/runtime/logger.ts";
import type { LedgerSnapshot } from "../../server/runtime/resource_ledger.ts";
import { type Server, startServer } from "../../server/server.ts";
import { MemoryStore } from "../../server/store/memory_store.ts";
import type { Store } from "../../server/store/store.ts";
import { transportOnly } from "./transport.ts";

/** Everything that a test may want to be different. */
export interface InProcessOptions extends Partial<Config> {
  /** The memory store by default. */
  readonly with?: Store;
  /** Nobody beside it by default. */
  readonly fleet?: Fleet;
  /** The pages' files; none by default. */
  readonly assets?: Assets;
  /** Told of what leaves it broken; by default it fails the test. */
  readonly onFatal?: (error: unknown) => void;
}

/** A running server; ended at the end of its scope. */
export class InProcessServer implements AsyncDisposable {
  readonly #server: Server;
  /** What it logged as errors. */
  readonly errors: readonly string[];
  /** What it warned of. */
  readonly warnings: readonly string[];

  private constructor(
    server: Server,
    { errors, warnings }: { errors: string[]; warnings: string[] },
  ) {
    this.#server = server;
    this.errors = errors;
    this.warnings = warnings;
  }

  static async start(
    { with: store, fleet, assets = new Map(), onFatal, ...settings }:
      InProcessOptions = {},
  ): Promise<InProcessServer> {
    const defaults = readConfig(["--port", "0"], transportOnly);
    if (defaults === "help") throw new Error("Nobody asked for help");
    const errors: string[] = [];
    const warnings: string[] = [];
    const server = await startServer({
      config: {
        ...defaults,
        // Where messages are not limited, nothing that carries them is.
        ...(settings.rate === 0 &&
          { byteRate: 0, httpRate: 0, connectRate: 0 }),
        ...settings,
      },
      store: store ?? new MemoryStore({
        retention: { messages: 10_000, ms: 0 },
        clock: systemClock,
      }),
      fleet: fleet ?? new SingleNode({ random: Math.random, newId }),
      assets,
      ...(onFatal !== undefined && { onFatal }),
      authority: await Authority.create({
        secret: settings.authSecret,
        guests: settings.guests ?? "none",
      }),
      clock: systemClock,
      log: createLogger({
        level: "warn",
        pretty: true,
        now: Date.now,
        write: (line) => (/ warn /i.test(line) ? warnings : errors).push(line),
      }),
    });
    return new InProcessServer(server, { errors, warnings });
  }

  /** The headers of a request by the operator of an open server. */
  get operator(): { readonly authorization: string } {
    return { authorization: `Bearer ${this.#server.operator}` };
  }

  get port(): number {
    return Number(this.#server.url.port);
  }

  /** Sockets that it closed and that have not answered. */
  get closing(): number {
    return this.#server.closing;
  }

  /** What it has open, and what it holds for clients. */
  get ledger(): LedgerSnapshot {
    return this.#server.ledger();
  }

  /** The address of a page on it. */
  url(path: string): string {
    return new URL(path, this.#server.url).href;
  }

  /** The address of a WebSocket on it. */
  socket(path: string): string {
    return this.url(path).replace(/^http/, "ws");
  }

  /** Stops it as a signal does. */
  async stop(): Promise<void> {
    await this.#server.stop();
    await turnsDone();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
