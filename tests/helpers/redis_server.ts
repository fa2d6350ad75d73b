/**
 * A Redis of one test: the real program on a port of its own, with its files
 * in a folder of its own. Owns starting it, what may happen to it, and its end.
 */

import { createClient } from "redis";
import { TempFolder } from "./temp.ts";

const READY = "Ready to accept connections";

/** Whether this machine has the program. */
export async function hasRedis(): Promise<boolean> {
  try {
    const args = ["--version"];
    const { success } = await new Deno.Command("redis-server", {
      args,
      stdout: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Reads a stream to its end, and tells when a line of it has been there. */
async function watch(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  words: string,
  found: () => void,
): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes(words)) found();
  }
  return text;
}

/** A running server. */
export class RedisServer implements AsyncDisposable {
  readonly #folder = new TempFolder();
  readonly #port = freePort();
  readonly #settings: readonly string[];
  #child!: Deno.ChildProcess;
  #ended!: Promise<unknown>;

  private constructor(settings: readonly string[]) {
    this.#settings = settings;
  }

  /**
   * Starts one and waits until it takes connections.
   *
   * @param settings What it is told beside where it is.
   */
  static async start(...settings: string[]): Promise<RedisServer> {
    const server = new RedisServer(settings);
    await server.start();
    return server;
  }

  /** Its address, as `--store` takes it. */
  get address(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Starts it, again after {@linkcode kill}. */
  async start(): Promise<void> {
    const ready = Promise.withResolvers<void>();
    this.#child = new Deno.Command("redis-server", {
      args: [
        ...["--port", String(this.#port), "--bind", "127.0.0.1"],
        ...["--dir", this.#folder.path, "--save", ""],
        ...this.#settings,
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
    await client.connect();
    try {
      return await client.sendCommand(args);
    } finally {
      client.destroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#folder[Symbol.dispose]();
  }
}
