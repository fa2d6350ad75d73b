/**
 * A real Redis in a process of its own, on loopback, with its files in a
 * folder: started, killed, paused and started again. Owns that process.
 */

import { createClient } from "redis";

/** How a Redis is run. */
export interface RedisSettings {
  readonly port: number;
  /** Where its files are; it has to be there. */
  readonly folder: string;
  /** Further settings, such as `--appendonly yes`. */
  readonly flags: readonly string[];
  /** The configuration that makes it a Sentinel; it has no data then. */
  readonly sentinel?: string;
}

/** Every write is on disk before it is answered or published. */
export const DURABLE = ["--appendonly", "yes", "--appendfsync", "always"];

const PROGRAM = "redis-server";
const READY = /Ready to accept connections|Sentinel ID is/;

/** Whether this machine has the program. */
export async function hasRedis(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(PROGRAM, {
      args: ["--version"],
      stdout: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

/** Reads a stream to its end, and tells when some words have been there. */
async function watch(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  words: RegExp,
  found: () => void,
): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (words.test(text)) found();
    // What an end is explained with; a long life says much.
    text = text.slice(-10_000);
  }
  return text;
}

/** One Redis, in as many lives as it is given. */
export class RedisProcess {
  readonly #settings: RedisSettings;
  #child!: Deno.ChildProcess;
  #ended!: Promise<unknown>;

  /** @param settings How to run it; it does not run yet. */
  constructor(settings: RedisSettings) {
    this.#settings = settings;
  }

  /** Its address, as `--store` takes it. */
  get address(): string {
    return `redis://127.0.0.1:${this.#settings.port}`;
  }

  get port(): number {
    return this.#settings.port;
  }

  /**
   * Starts it, also again.
   *
   * @returns When it takes connections.
   * @throws {Error} With what it said, when it ends instead.
   */
  async start(): Promise<void> {
    const { port, folder, flags, sentinel } = this.#settings;
    const ready = Promise.withResolvers<void>();
    this.#child = new Deno.Command(PROGRAM, {
      args: [
        ...(sentinel === undefined ? [] : [sentinel, "--sentinel"]),
        ...["--port", String(port), "--bind", "127.0.0.1", "--dir", folder],
        ...(sentinel === undefined ? ["--save", ""] : []),
        ...flags,
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const output = watch(this.#child.stdout, READY, ready.resolve);
    this.#ended = Promise.all([output, this.#child.status]).then(([text]) =>
      ready.reject(new Error(`Redis ended:\n${text}`))
    );
    await ready.promise;
  }

  /** Stops it as a power cut would. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /** Stops it as a service manager does. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#ended;
  }

  /** Lets it do nothing until what this returns is disposed of. */
  pause(): Disposable {
    const child = this.#child;
    child.kill("SIGSTOP");
    return { [Symbol.dispose]: () => child.kill("SIGCONT") };
  }

  /** Gives it a command, over a connection of its own. */
  async command(...args: string[]): Promise<unknown> {
    const client = createClient({
      url: this.address,
      maintNotifications: "disabled",
      commandOptions: { timeout: 0 },
    });
    // Without a listener an error would end the process.
    client.on("error", () => {});
    await client.connect();
    try {
      return await client.sendCommand(args);
    } finally {
      client.destroy();
    }
  }
}
