/** A Redis Sentinel of one test, which fails over as fast as it can. */

import { RedisProcess } from "../../../soak/servers/redis_process.ts";
import { freePort } from "./redis_server.ts";
import { TempFolder } from "../temp.ts";

/** A running Sentinel. */
export class Sentinel implements AsyncDisposable {
  readonly #folder: TempFolder;
  readonly #name: string;
  readonly #process: RedisProcess;

  private constructor(folder: TempFolder, name: string, port: number) {
    this.#folder = folder;
    this.#name = name;
    this.#process = new RedisProcess({
      port,
      folder: folder.path,
      flags: [],
      sentinel: folder.file("sentinel.conf"),
    });
  }

  /**
   * Starts one.
   *
   * @param name What it calls the Redis it watches.
   * @param server The first one that takes writes.
   */
  static async start(name: string, server: RedisProcess): Promise<Sentinel> {
    const folder = new TempFolder();
    Deno.writeTextFileSync(
      folder.file("sentinel.conf"),
      [
        `sentinel monitor ${name} 127.0.0.1 ${server.port} 1`,
        `sentinel down-after-milliseconds ${name} 300`,
        `sentinel failover-timeout ${name} 2000`,
        "",
      ].join("\n"),
    );
    const sentinel = new Sentinel(folder, name, freePort());
    await sentinel.#process.start();
    return sentinel;
  }

  /** Its `HOST:PORT`. */
  get host(): string {
    return `127.0.0.1:${this.#process.port}`;
  }

  /** How many replicas it knows that can take over. */
  async replicas(): Promise<number> {
    const reply = await this.#process.command(
      ...["SENTINEL", "REPLICAS", this.#name],
    );
    return (reply as unknown[]).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
    this.#folder[Symbol.dispose]();
  }
}
