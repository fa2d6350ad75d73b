/** Servers in this process, clients of the soak, and the truth checker. */

import { assert } from "@std/assert";
import type { Store } from "../../../server/store/store.ts";
import { Changes } from "../../../soak/changes.ts";
import { V1Client } from "../../../soak/clients/v1.ts";
import { seeded } from "../../../soak/random.ts";
import { writeText } from "../../../soak/texts.ts";
import { DeliveryCheck } from "../../../soak/checks/delivery_check.ts";
import { inWords } from "../../../soak/checks/violation.ts";
import { InProcessServer } from "../in_process.ts";

/** The room that everybody is in. */
export const room = "hall";
/** For what must come; nothing waits that long when all is well. */
const PATIENCE_MS = 10_000;

/** Servers over some stores, clients of them, and the checker that watches. */
export class SoakBench implements AsyncDisposable {
  readonly check = new DeliveryCheck();
  readonly #changes = new Changes();
  readonly #stores: readonly Store[];
  readonly #clients: V1Client[] = [];
  #servers: readonly InProcessServer[];
  #life = 1;
  #said = 0;

  private constructor(
    stores: readonly Store[],
    servers: readonly InProcessServer[],
  ) {
    this.#stores = stores;
    this.#servers = servers;
  }

  /** @param stores Of each server its own. */
  static async start(...stores: Store[]): Promise<SoakBench> {
    const servers = await Promise.all(
      stores.map((store) => InProcessServer.start({ with: store, rate: 0 })),
    );
    return new SoakBench(stores, servers);
  }

  /** Somebody comes to one of the servers. */
  async join(
    id: string,
    { fromStart = false, node = 0 } = {},
  ): Promise<V1Client> {
    const client = new V1Client({
      id,
      room,
      fromStart,
      server: this.#servers[node]!.socket("/"),
      check: this.check,
      changes: this.#changes,
      random: seeded(1),
      comeBackMs: 10,
      limit: 0,
      lag() {},
      life: () => this.#life,
    });
    this.#clients.push(client);
    await this.until(() => client.here);
    return client;
  }

  async until(holds: () => boolean): Promise<void> {
    assert(await this.#changes.until(holds, PATIENCE_MS), "It did not come");
  }

  /** Says something, and waits for the ack. */
  async say(client: V1Client): Promise<void> {
    client.publish(writeText(client.id, ++this.#said, 20));
    await this.until(() => client.settled);
  }

  /** Ends the servers and starts others on their ports and stores. */
  async restart(): Promise<void> {
    const ports = this.#servers.map(({ port }) => port);
    for (const server of this.#servers) await server[Symbol.asyncDispose]();
    this.#servers = await Promise.all(
      this.#stores.map((store, index) =>
        InProcessServer.start({ with: store, rate: 0, port: ports[index]! })
      ),
    );
    this.#life++;
    await this.until(() => this.#clients.every(({ here }) => here));
  }

  /** What was violated, in words, now that everybody had time for everything. */
  found(): string {
    this.check.finish(this.#clients.map(({ id }) => ({ reader: id, room })));
    return this.check.violations.map(inWords).join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end()));
    for (const server of this.#servers) await server[Symbol.asyncDispose]();
  }
}
