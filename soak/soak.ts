/**
 * A soak of two stages. In the first, servers retain all messages and none may be
 * missing. In the short second one, servers retain so few that readers fall
 * behind and must get gap events.
 */

import type { Report } from "./figures.ts";
import { progressLine } from "./figures.ts";
import { portsOf } from "./servers/fleet.ts";
import { freePorts } from "./servers/server_process.ts";
import { Stage, type StageOptions, type StoreName } from "./stage.ts";
import type { Violation } from "./checks/violation.ts";

/** Options of a soak. */
export interface SoakOptions {
  readonly seed: number;
  readonly clients: number;
  readonly rooms: number;
  /** Servers: a single one with SQLite, or a fleet of them with Redis. */
  readonly nodes: number;
  readonly store: StoreName;
  /** Duration over which faults are spread. */
  readonly seconds: number;
  /** Faults of each kind. */
  readonly faults: number;
  /** Deliveries to reach before the soak ends. */
  readonly deliveries: number;
  /** Messages per second, summed over all clients. */
  readonly rate: number;
  /** Parent of the temporary folder for databases. */
  readonly folder: string;
  /** Receives progress lines. */
  readonly progress: (line: string) => void;
}

/** Size of the stage with short retention, relative to the first stage. */
const SHORT = { part: 0.1, leastSeconds: 4, clients: 10, retain: 200 };
const PROGRESS_MS = 5_000;

/** One soak. */
export class Soak {
  readonly #options: SoakOptions;
  #stage: Stage | undefined;

  constructor(options: SoakOptions) {
    this.#options = options;
  }

  /** Runs the soak to its end. */
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
    // Keep the databases of a failed soak for inspection.
    if (passed) await Deno.remove(folder, { recursive: true });
    else progress(`The databases are in ${folder}`);
    return { seed, clients, nodes, passed, violations, stages };
  }

  /** Stops the soak's processes before its end. */
  async abandon(): Promise<void> {
    await this.#stage?.abandon();
  }

  #stages(folder: string): StageOptions[] {
    const { clients, nodes, seconds, faults } = this.#options;
    // Independent of the seed: several soaks with one seed may run at once.
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
        // A short absence exceeds what the server retains.
        rate: 2 * SHORT.retain,
        comeBackMs: 3_000,
        retain: SHORT.retain,
        folder: `${folder}/little`,
      },
    ];
  }
}
