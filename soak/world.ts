/**
 * Servers and the clients that talk to them: what the faults of a script are
 * done to.
 */

import { Changes } from "./changes.ts";
import { type ClientSet, startClients } from "./clients/client_set.ts";
import { Lags } from "./checks/lags.ts";
import {
  type OpenResources,
  readOpenResources,
} from "./checks/open_resources.ts";
import type { Servers } from "./servers/servers.ts";
import { DeliveryCheck } from "./checks/delivery_check.ts";
import type { Report } from "./checks/violation.ts";

/** Options of a world. */
export interface WorldOptions {
  /** Starts the servers. */
  readonly servers: (violated: Report) => Promise<Servers>;
  readonly seed: number;
  readonly clients: number;
  readonly rooms: number;
  /** Messages the servers retain per room; `Infinity` for all. */
  readonly retain: number;
  /** Longest reconnect delay of clients, in milliseconds. */
  readonly comeBackMs: number;
}

/** Longest time for clients to reconnect after a restart or a storm. */
const BACK_MS = 20_000;
const SAMPLE_MS = 500;

/** Servers and their clients. */
export class World {
  readonly check: DeliveryCheck;
  readonly changes = new Changes();
  readonly lags = new Lags();
  readonly clientSet: ClientSet;
  readonly servers: Servers;
  /** What each server had open before there were clients, by its port. */
  readonly openBefore: ReadonlyMap<number, OpenResources>;
  #memory: number | undefined;
  #peakMemory: number | undefined;
  #sampling: Promise<void>;
  #ended = false;

  /** Starts the servers, then the clients. */
  static async start(options: WorldOptions): Promise<World> {
    const check = new DeliveryCheck(options.retain);
    const servers = await options.servers(check.violated);
    const open = await Promise.all(
      servers.ports.map(async (port) =>
        [port, await readOpenResources(port)] as const
      ),
    );
    return new World(options, check, { servers, open: new Map(open) });
  }

  private constructor(
    options: WorldOptions,
    check: DeliveryCheck,
    { servers, open }: {
      servers: Servers;
      open: ReadonlyMap<number, OpenResources>;
    },
  ) {
    this.check = check;
    this.servers = servers;
    this.openBefore = open;
    this.clientSet = startClients({
      ...options,
      server: servers.url,
      check,
      changes: this.changes,
      lag: (ms) => this.lags.add(ms),
      life: () => servers.life,
    });
    this.#sampling = this.#sample();
  }

  /** What a server's process holds, in bytes, where that can be known: of
   * several, the largest. */
  get memory(): number | undefined {
    return this.#memory;
  }

  /** Peak memory of any server process. */
  get peakMemory(): number | undefined {
    return this.#peakMemory;
  }

  /** Waits until every running client is in its room. */
  async everybodyBack(): Promise<void> {
    const away = () =>
      this.clientSet.all.filter((client) =>
        !client.here &&
        !this.clientSet.children.some((child) =>
          child === client && child.stopped
        )
      );
    const back = await this.changes.until(() => away().length === 0, BACK_MS);
    if (back) return;
    for (const { id, room } of away()) {
      const what = `is not back after ${BACK_MS} ms`;
      this.check.violated({ room, reader: id, what });
    }
  }

  /** Ends all clients. */
  async endClients(): Promise<void> {
    await Promise.all(this.clientSet.all.map((client) => client.end()));
  }

  /** Ends the servers. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.servers.end();
    await this.#sampling;
  }

  /** Stops all clients and servers immediately. */
  async abandon(): Promise<void> {
    this.#ended = true;
    for (const child of this.clientSet.children) child.continue();
    await Promise.allSettled([this.servers.abandon(), this.#sampling]);
    await this.endClients();
  }

  async #sample(): Promise<void> {
    while (!this.#ended) {
      const memory = await this.servers.memory();
      if (memory !== undefined) {
        this.#memory = memory.now;
        this.#peakMemory = Math.max(this.#peakMemory ?? 0, memory.peak);
      }
      this.changes.notify();
      await new Promise((done) => setTimeout(done, SAMPLE_MS));
    }
  }
}
