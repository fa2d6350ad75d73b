/** What server, generator and machine used between two moments. */

import process from "node:process";
import type { Cores } from "./spec.ts";
import { cpuSeconds, machineSeconds } from "./usage.ts";

/** A moment to measure from. */
export class Meter {
  readonly #pid: number;
  readonly #at = performance.now();
  readonly #server: number;
  readonly #own = process.cpuUsage();
  readonly #machine = machineSeconds();

  /** @param pid The server's process. */
  constructor(pid: number) {
    this.#pid = pid;
    this.#server = cpuSeconds(pid);
  }

  /** Seconds since then. */
  get seconds(): number {
    return (performance.now() - this.#at) / 1000;
  }

  /** Who used how many cores since then. */
  read(): Cores {
    const { seconds } = this;
    const { user, system } = process.cpuUsage(this.#own);
    const server = (cpuSeconds(this.#pid) - this.#server) / seconds;
    const generator = (user + system) / 1e6 / seconds;
    const all = (machineSeconds() - this.#machine) / seconds;
    return {
      server,
      generator,
      others: Math.max(all - server - generator, 0),
    };
  }
}
