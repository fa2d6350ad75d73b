/**
 * The real server in a process of its own: started, killed, stopped and started
 * again on the same port. Owns that process and what can be known of it from
 * outside.
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { INJECTED, type Part } from "./injected.ts";
import { lines } from "../clients/lines.ts";
import { Inspector } from "./inspector.ts";

/** Options of a server process. */
export interface ServerSettings {
  /** A folder of its own, in which its database is. */
  readonly folder: string;
  readonly port: number;
  /** Where its messages are, such as `redis://…`; by default in its folder. */
  readonly store?: string;
  /** Further flags, such as `--grace 3`. */
  readonly flags: readonly string[];
  /** Called with each room in which a fault was injected. */
  readonly roomBroken?: (room: string) => void;
}

/** How a stop by SIGTERM went. */
export interface Stop {
  readonly code: number;
  readonly ms: number;
}

/** Memory of a process, in bytes. */
export interface Memory {
  readonly now: number;
  readonly peak: number;
}

const ROOT = new URL("../../", import.meta.url);
const START_MS = 20_000;

/** Ports below those that the system gives to outgoing connections: a client
 * that knocks while the server is away must not be given its port. */
const FIRST_PORT = 20_000;
const PORTS = 10_000;
/** Ports for inspectors: a server that is away must not find one on its own. */
const FIRST_INSPECTED = 10_000;

/**
 * Finds a free port.
 *
 * @param random Where to begin to look, from 0 up to but not 1.
 */
export function freePort(random: number): number {
  const [port] = freePorts(random, 1);
  if (port !== undefined) return port;
  throw new Error("No port is free");
}

/**
 * Finds several free ports.
 *
 * @param random Where to begin to look, from 0 up to but not 1.
 * @param count How many.
 * @param first The first of those to choose from.
 * @returns So many, unless there are fewer.
 */
export function freePorts(
  random: number,
  count: number,
  first = FIRST_PORT,
): number[] {
  const ports: number[] = [];
  for (let step = 0; step < PORTS && ports.length < count; step++) {
    const port = first + (Math.floor(random * PORTS) + step) % PORTS;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      ports.push(port);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  return ports;
}

/** Those that run now, with the folders they write to. */
const running = new Map<Deno.ChildProcess, string>();

/**
 * Has SIGINT and SIGTERM end this program and every server that it has
 * started, whose folders go with them.
 */
export function endOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      const ended = [...running].map(async ([process, folder]) => {
        process.kill("SIGKILL");
        await process.status;
        await Deno.remove(folder, { recursive: true });
      });
      Promise.allSettled(ended).finally(() => Deno.exit(1));
    });
  }
}

/** One life of the server. */
export class ServerProcess {
  /** Where it can be inspected: host and port. */
  readonly inspect = `127.0.0.1:${
    freePorts(Math.random(), 1, FIRST_INSPECTED)[0]
  }`;
  readonly #process: Deno.ChildProcess;
  readonly #complain: (words: string) => void;
  readonly #roomBroken: (room: string) => void;
  #expected = false;

  /**
   * Starts it.
   *
   * @param settings How to run it.
   * @param complain Called for errors in the log and for unexpected exits.
   * @returns The server, once it listens.
   * @throws {Error} When it does not.
   */
  static async start(
    settings: ServerSettings,
    complain: (words: string) => void,
  ): Promise<ServerProcess> {
    const server = new ServerProcess(settings, complain);
    await server.#listens();
    return server;
  }

  private constructor(
    { folder, port, store, flags, roomBroken = () => {} }: ServerSettings,
    complain: (words: string) => void,
  ) {
    this.#complain = complain;
    this.#roomBroken = roomBroken;
    const path = (relative: string) => fileURLToPath(new URL(relative, ROOT));
    this.#process = new Deno.Command("deno", {
      args: [
        "run",
        "--v8-flags=--max-semi-space-size=4",
        "--no-prompt",
        "--allow-net=127.0.0.1",
        `--allow-read=${path("static")},${folder}`,
        `--allow-write=${folder}`,
        "--allow-env=HOST,PORT,DENO_DEPLOYMENT_ID,HUBBUB_*",
        "--ignore-env=WS_NO_BUFFER_UTIL,WS_NO_UTF_8_VALIDATE",
        `--inspect=${this.inspect}`,
        "--quiet",
        path("soak/servers/breakable_main.ts"),
        "--port",
        String(port),
        "--store",
        store ?? `sqlite:${join(folder, "hubbub.db")}`,
        "--log-level",
        "error",
        ...flags,
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#readLog();
    running.set(this.#process, folder);
    this.#process.status.then(({ code, signal }) => {
      running.delete(this.#process);
      if (!this.#expected) complain(`server ended: ${signal ?? code}`);
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Kills the server with SIGKILL. */
  async kill(): Promise<void> {
    this.#expected = true;
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }

  /** Stops the server with SIGTERM. */
  async stop(): Promise<Stop> {
    this.#expected = true;
    const start = performance.now();
    this.#process.kill("SIGTERM");
    const { code } = await this.#process.status;
    return { code, ms: Math.round(performance.now() - start) };
  }

  /** Has something throw in one of its rooms or sessions; returns whether it
   * did. */
  async breakPart(part: Part): Promise<boolean> {
    using inspector = await Inspector.connect(this.inspect);
    return await inspector.run(`breakPart("${part}")`) === true;
  }

  /** Collects its garbage, so that it holds no more than it needs. */
  async collectGarbage(): Promise<void> {
    using inspector = await Inspector.connect(this.inspect);
    await inspector.collectGarbage();
  }

  /** What its process holds. */
  async memory(): Promise<Memory | undefined> {
    try {
      // Deno keeps /proc to those who may do all; `cat` needs no more than leave.
      const { stdout } = await new Deno.Command("cat", {
        args: [`/proc/${this.pid}/status`],
        stderr: "null",
      }).output();
      const words = new TextDecoder().decode(stdout);
      const bytes = (field: string) =>
        Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(words)?.[1]) *
        1024;
      const now = bytes("VmRSS");
      return Number.isNaN(now) ? undefined : { now, peak: bytes("VmHWM") };
    } catch {
      return undefined;
    }
  }

  async #listens(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => reject(new Error("The server does not start")),
      START_MS,
    );
    this.#process.status.then(() =>
      reject(new Error("The server ended at its start"))
    );
    const read = async () => {
      for await (const line of lines(this.#process.stdout)) {
        if (line.includes("is listening on")) resolve();
      }
    };
    read().catch(reject);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  async #readLog(): Promise<void> {
    for await (const line of lines(this.#process.stderr)) {
      if (line.includes(INJECTED)) {
        const { room } = JSON.parse(line) as { room?: string };
        if (room !== undefined) this.#roomBroken(room);
        continue;
      }
      this.#complain(`server says: ${line.slice(0, 1000)}`);
    }
  }
}
