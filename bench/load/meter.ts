/** What server, generator and machine used between two moments. */

import process from "node:process";
import type { Cores, Target } from "./spec.ts";
import { cpuSeconds, machineSeconds } from "./usage.ts";

/** A moment to measure from. */
export class Meter {
  readonly #servers: readonly number[];
  readonly #engines: readonly number[];
  readonly #at = performance.now();
  readonly #server: number;
  readonly #engine: number;
  readonly #own = process.cpuUsage();
  readonly #machine = machineSeconds();

  /** @param target Server to measure. */
  constructor({ pid, others = [], engine }: Omit<Target, "port" | "wire">) {
    this.#servers = [pid, ...others.map(({ pid }) => pid)];
    this.#engines = engine === undefined ? [] : [engine];
    this.#server = allSeconds(this.#servers);
    this.#engine = allSeconds(this.#engines);
  }

  /** Seconds since then. */
  get seconds(): number {
    return (performance.now() - this.#at) / 1000;
  }

  /** Returns the cores used by each process since the start. */
  read(): Cores {
    const { seconds } = this;
    const { user, system } = process.cpuUsage(this.#own);
    const server = (allSeconds(this.#servers) - this.#server) / seconds;
    const engine = (allSeconds(this.#engines) - this.#engine) / seconds;
    const generator = (user + system) / 1e6 / seconds;
    const all = (machineSeconds() - this.#machine) / seconds;
    return {
      server,
      engine,
      generator,
      others: Math.max(all - server - engine - generator, 0),
    };
  }
}

function allSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
}
