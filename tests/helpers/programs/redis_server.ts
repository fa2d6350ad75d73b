/**
 * A Redis of one test: the real program on a port of its own, with its files
 * in a folder of its own, and its end with the test's.
 */

import { RedisProcess } from "../../../soak/servers/redis_process.ts";
import { TempFolder } from "../temp.ts";

export { hasRedis } from "../../../soak/servers/redis_process.ts";

/** A port that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A running server. */
export class RedisServer extends RedisProcess implements AsyncDisposable {
  readonly #folder: TempFolder;

  private constructor(folder: TempFolder, flags: readonly string[]) {
    super({ port: freePort(), folder: folder.path, flags });
    this.#folder = folder;
  }

  /**
   * Starts one and waits until it takes connections.
   *
   * @param settings What it is told beside where it is.
   */
  static async start(...settings: string[]): Promise<RedisServer> {
    const server = new RedisServer(new TempFolder(), settings);
    await server.start();
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#folder[Symbol.dispose]();
  }
}
