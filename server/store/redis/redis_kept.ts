/**
 * Shared documents in Redis: one hash, and a channel that reports changes. Each
 * change reloads all documents.
 */

import type { RedisLink } from "./redis_link.ts";
import { KEEP, KEPT_KEY, keptChannel } from "./redis_scripts.ts";
import type { KeptChanges, KeptWatcher } from "../store.ts";

/** The kept documents as one node knows them. */
export class RedisKept {
  readonly #link: RedisLink;
  readonly #channel: string;
  #changed: KeptWatcher | null = null;

  constructor(link: RedisLink, database: number) {
    this.#link = link;
    this.#channel = keptChannel(database);
  }

  /** See {@linkcode Store.keep}. */
  async keep(changes: KeptChanges): Promise<void> {
    const words = [...changes].flatMap(([key, document]) =>
      document === null ? ["del", key, ""] : ["set", key, document]
    );
    await this.#link.run(KEEP, [KEPT_KEY], [this.#channel, ...words]);
    await this.reload();
  }

  /** See {@linkcode Store.watchKept}. */
  async watch(changed: KeptWatcher): Promise<ReadonlyMap<string, string>> {
    this.#changed = changed;
    await this.#link.subscribe(this.#channel, () => {
      // When it cannot be read now, it is when Redis can be reached again.
      this.reload().catch(() => {});
    });
    return await this.#read();
  }

  /** Tells the watcher how things are now: there may be news nobody heard. */
  async reload(): Promise<void> {
    // All calls go over one connection: what is read later is newer.
    if (this.#changed !== null) this.#changed(await this.#read());
  }

  async #read(): Promise<ReadonlyMap<string, string>> {
    const reply = await this.#link.call("HGETALL", KEPT_KEY);
    return new Map(Object.entries(reply as Record<string, string>));
  }
}
