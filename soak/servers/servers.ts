/**
 * What runs the rooms of a soak, as the rest of it sees them: somewhere to
 * connect to, and something to be broken. One server is here, a fleet of them
 * in fleet.ts.
 */

import type { Fault } from "../faults/faults.ts";
import { partOf } from "./injected.ts";
import { type Memory, ServerProcess } from "./server_process.ts";
import type { ServerSettings } from "./server_process.ts";
import type { Report } from "../checks/violation.ts";

/** All servers of a soak. */
export interface Servers {
  /** Where clients connect, such as `ws://127.0.0.1:8000`. */
  readonly url: string;
  /** Where each of them listens itself. */
  readonly ports: readonly number[];
  /** How often servers were started, all together. */
  readonly life: number;
  /**
   * Breaks something of them, and mends it.
   *
   * @param fault Of a kind that these servers know.
   * @returns Whether it has happened; what has not is to be tried again.
   */
  suffer(fault: Fault): Promise<boolean>;
  /** What their processes hold; of several, the largest. */
  memory(): Promise<Memory | undefined>;
  /** Collects their garbage, so that they hold no more than they need. */
  collectGarbage(): Promise<void>;
  /** Stops all servers with SIGTERM. */
  end(): Promise<void>;
  /** Kills all servers. */
  abandon(): Promise<void>;
}

/** Longest time for a stop by SIGTERM. */
const STOP_MS = 5_000;

/**
 * Stops a server, and reports one that does so badly.
 *
 * @param server A running server.
 * @param violated Receives the violation.
 */
export async function stopWell(
  server: ServerProcess,
  violated: Report,
): Promise<void> {
  const { code, ms } = await server.stop();
  if (code === 0 && ms < STOP_MS) return;
  const what = `SIGTERM ended the server with ${code} after ${ms} ms`;
  violated({ what });
}

/** A single server with a database of its own. */
export class OneServer implements Servers {
  readonly #settings: ServerSettings;
  readonly #violated: Report;
  #server!: ServerProcess;
  #life = 0;

  /** Starts it. */
  static async start(
    settings: ServerSettings,
    violated: Report,
  ): Promise<OneServer> {
    const one = new OneServer(settings, violated);
    await one.#start();
    return one;
  }

  private constructor(settings: ServerSettings, violated: Report) {
    this.#settings = settings;
    this.#violated = violated;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#settings.port}`;
  }

  get ports(): readonly number[] {
    return [this.#settings.port];
  }

  get life(): number {
    return this.#life;
  }

  async suffer({ kind }: Fault): Promise<boolean> {
    const part = partOf(kind);
    if (part !== undefined) return await this.#server.breakPart(part);
    if (kind === "kill") await this.#server.kill();
    else if (kind === "restart") await stopWell(this.#server, this.#violated);
    else throw new Error(`One server knows no "${kind}"`);
    await this.#start();
    return true;
  }

  memory(): Promise<Memory | undefined> {
    return this.#server.memory();
  }

  collectGarbage(): Promise<void> {
    return this.#server.collectGarbage();
  }

  end(): Promise<void> {
    return stopWell(this.#server, this.#violated);
  }

  abandon(): Promise<void> {
    return this.#server.kill();
  }

  async #start(): Promise<void> {
    this.#life++;
    this.#server = await ServerProcess.start(
      this.#settings,
      (what) => this.#violated({ what }),
    );
  }
}
