/**
 * A whole soak: two stages, one in which the servers keep everything and
 * nothing may ever be missing, and a short one in which they keep so little that
 * readers fall behind what is kept and have to be told so.
 */

import type { Report } from "./figures.ts";
import { progressLine } from "./figures.ts";
import { portsOf } from "./servers/fleet.ts";
import { freePorts } from "./servers/server_process.ts";
import { Stage, type StageOptions, type StoreName } from "./stage.ts";
import type { Violation } from "./checks/violation.ts";

/** How to soak. */
export interface SoakOptions {
  readonly seed: number;
  readonly clients: number;
  readonly rooms: number;
  /** Servers: a single one with SQLite, or a fleet of them with Redis. */
  readonly nodes: number;
  readonly store: StoreName;
  /** Over how long the faults are spread. */
  readonly seconds: number;
  /** Faults of each kind. */
  readonly faults: number;
  /** It goes on until there were so many deliveries. */
  readonly deliveries: number;
  /** Messages a second, of all clients together. */
  readonly rate: number;
  /** Where the databases go; a folder is made in it, and removed. */
  readonly folder: string;
  /** Told how it goes. */
  readonly progress: (line: string) => void;
}

/** The stage with a short memory, as a part of the other one. */
const SHORT = { part: 0.1, leastSeconds: 4, clients: 10, retain: 200 };
const PROGRESS_MS = 5_000;

/** One soak. */
export class Soak {
  readonly #options: SoakOptions;
  #stage: Stage | undefined;

  constructor(options: SoakOptions) {
    this.#options = options;
  }

  /** Runs it to its end. */
  async run(): Promise<Report> {
    const { seed, clients, nodes, folder: parent, progress } = this.#options;
    await Deno.mkdir(parent, { recursive: true });
    const folder = await Deno.makeTempDir({ dir: parent, prefix: "soak-" });
    const stages: Record<string, Report["stages"][string]> = {};
    const violations: Violation[] = [];
    for (const options of this.#stages(folder)) {
      await Deno.mkdir(options.folder);
      const stage = new Stage(options);
      this.#stage = stage;
      const timer = setInterval(
        () => progress(progressLine(stage.name, stage.figures, stage.planned)),
        PROGRESS_MS,
      );
      try {
        const result = await stage.run();
        stages[stage.name] = result.figures;
        violations.push(...result.violations);
      } finally {
        clearInterval(timer);
      }
    }
    const passed = violations.length === 0;
    // What went wrong may be seen in the databases.
    if (passed) await Deno.remove(folder, { recursive: true });
    else progress(`The databases are in ${folder}`);
    return { seed, clients, nodes, passed, violations, stages };
  }

  /** Ends the processes of a soak that nobody waits for any more. */
  async abandon(): Promise<void> {
    await this.#stage?.abandon();
  }

  #stages(folder: string): StageOptions[] {
    const { clients, nodes, seconds, faults } = this.#options;
    // Not of the seed: others may run the same one.
    const ports = freePorts(Math.random(), portsOf(nodes));
    return [
      {
        ...this.#options,
        name: "all kept",
        ports,
        retain: Infinity,
        comeBackMs: 300,
        folder: `${folder}/all`,
      },
      {
        ...this.#options,
        name: "little kept",
        ports,
        clients: Math.min(clients, SHORT.clients),
        rooms: 1,
        seconds: Math.max(SHORT.leastSeconds, seconds * SHORT.part),
        faults: Math.ceil(faults * SHORT.part),
        deliveries: 0,
        // Away for a while is more than what is kept.
        rate: 2 * SHORT.retain,
        comeBackMs: 3_000,
        retain: SHORT.retain,
        folder: `${folder}/little`,
      },
    ];
  }
}
