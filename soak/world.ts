/**
 * One server and the clients that talk to it: what the faults of a script are
 * done to. Owns the server's processes, one after the other.
 */

import { Changes } from "./changes.ts";
import { type Crew, startCrew } from "./crew.ts";
import { Lags } from "./lags.ts";
import { ServerProcess, type ServerSettings } from "./server_process.ts";
import { Truth } from "./truth.ts";

/** What a world is made of. */
export interface WorldOptions {
  readonly server: ServerSettings;
  readonly seed: number;
  readonly clients: number;
  readonly rooms: number;
  /** Messages that the server keeps a room; `Infinity` for all. */
  readonly retain: number;
  /** The most that clients wait before they come back, milliseconds. */
  readonly comeBackMs: number;
}

/** How long clients may take to be back after a restart or a storm. */
const BACK_MS = 20_000;
/** What a stop by SIGTERM may take. */
const STOP_MS = 5_000;
const SAMPLE_MS = 500;

/** One server and its clients. */
export class World {
  readonly truth: Truth;
  readonly changes = new Changes();
  readonly lags = new Lags();
  readonly crew: Crew;
  readonly #settings: ServerSettings;
  #server: ServerProcess;
  #life = 1;
  #memory: number | undefined;
  #peakMemory: number | undefined;
  #sampling: Promise<void>;
  #ended = false;

  /** Starts the server, then the clients. */
  static async start(options: WorldOptions): Promise<World> {
    const truth = new Truth(options.retain);
    const server = await ServerProcess.start(
      options.server,
      (what) => truth.violated({ what }),
    );
    return new World(options, truth, server);
  }

  private constructor(
    options: WorldOptions,
    truth: Truth,
    server: ServerProcess,
  ) {
    this.truth = truth;
    this.#settings = options.server;
    this.#server = server;
    this.crew = startCrew({
      ...options,
      server: this.url,
      truth,
      changes: this.changes,
      lag: (ms) => this.lags.add(ms),
      life: () => this.#life,
    });
    this.#sampling = this.#sample();
  }

  /** Where the server is. */
  get url(): string {
    return `ws://127.0.0.1:${this.#settings.port}`;
  }

  /** How often the server was started. */
  get life(): number {
    return this.#life;
  }

  /** What the server's process holds, in bytes, where that can be known. */
  get memory(): number | undefined {
    return this.#memory;
  }

  /** The most that any of the server's processes has held. */
  get peakMemory(): number | undefined {
    return this.#peakMemory;
  }

  /** Kills the server and starts it again. */
  async kill(): Promise<void> {
    await this.#server.kill();
    await this.#startAgain();
  }

  /** Stops the server and starts it again. */
  async restart(): Promise<void> {
    await this.#stop();
    await this.#startAgain();
  }

  /** Waits until everybody who can be is in the room. */
  async everybodyBack(): Promise<void> {
    const away = () =>
      this.crew.all.filter((client) =>
        !client.here &&
        !this.crew.children.some((child) => child === client && child.stopped)
      );
    const back = await this.changes.until(() => away().length === 0, BACK_MS);
    if (back) return;
    for (const { id, room } of away()) {
      const what = `is not back after ${BACK_MS} ms`;
      this.truth.violated({ room, reader: id, what });
    }
  }

  /** Ends all clients. */
  async endClients(): Promise<void> {
    await Promise.all(this.crew.all.map((client) => client.end()));
  }

  /** Ends the server. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#stop();
    await this.#sampling;
  }

  /** Ends everything at once, when nobody wants to know more. */
  async abandon(): Promise<void> {
    this.#ended = true;
    for (const child of this.crew.children) child.continue();
    await Promise.allSettled([this.#server.kill(), this.#sampling]);
    await this.endClients();
  }

  async #stop(): Promise<void> {
    const { code, ms } = await this.#server.stop();
    if (code === 0 && ms < STOP_MS) return;
    const what = `SIGTERM ended the server with ${code} after ${ms} ms`;
    this.truth.violated({ what });
  }

  async #startAgain(): Promise<void> {
    this.#life++;
    this.#server = await ServerProcess.start(
      this.#settings,
      (what) => this.truth.violated({ what }),
    );
  }

  async #sample(): Promise<void> {
    while (!this.#ended) {
      const memory = await this.#server.memory();
      if (memory !== undefined) {
        this.#memory = memory.now;
        this.#peakMemory = Math.max(this.#peakMemory ?? 0, memory.peak);
      }
      this.changes.notify();
      await new Promise((done) => setTimeout(done, SAMPLE_MS));
    }
  }
}
