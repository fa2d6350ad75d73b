/**
 * Shared documents in Deno KV: one key per document, plus a watched key that
 * changes with every write. Each change reloads all documents.
 */

import { KEPT, KEPT_CHANGED } from "./kv_wire.ts";
import type { KeptChanges, KeptWatcher } from "../store.ts";

/** Delay before a failed watch is retried, in milliseconds. */
const WATCH_AGAIN_MS = 1_000;

/** The shared documents as one node knows them. */
export class KvKept {
  readonly #kv: Deno.Kv;
  readonly #closing = Promise.withResolvers<void>();
  #closed = false;
  #changed: KeptWatcher | null = null;
  #watching: ReadableStreamDefaultReader<unknown> | null = null;
  #ended: Promise<void> = Promise.resolve();
  /** Serializes reads: results are reported in order. */
  #reading: Promise<void> = Promise.resolve();

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** See {@linkcode Store.keep}. */
  async keep(changes: KeptChanges): Promise<void> {
    const commit = this.#kv.atomic().set(KEPT_CHANGED, crypto.randomUUID());
    for (const [key, document] of changes) {
      const name = [...KEPT, key];
      if (document === null) commit.delete(name);
      else commit.set(name, document);
    }
    await commit.commit();
    await this.#reload();
  }

  /** See {@linkcode Store.watchKept}. */
  async watch(changed: KeptWatcher): Promise<ReadonlyMap<string, string>> {
    this.#changed = changed;
    this.#ended = this.#watch();
    return await this.#read();
  }

  /** Ends the watch. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#closing.resolve();
    this.#watching?.cancel().catch(() => {});
    await this.#ended;
    await this.#reading.catch(() => {});
  }

  #reload(): Promise<void> {
    const reading = this.#reading.catch(() => {}).then(async () => {
      if (this.#changed === null || this.#closed) return;
      this.#changed(await this.#read());
    });
    this.#reading = reading;
    return reading;
  }

  async #read(): Promise<ReadonlyMap<string, string>> {
    const documents = new Map<string, string>();
    for await (
      const { key, value } of this.#kv.list<string>({ prefix: KEPT })
    ) {
      documents.set(String(key.at(-1)), value);
    }
    return documents;
  }

  async #watch(): Promise<void> {
    while (!this.#closed) {
      const watching = this.#kv.watch([KEPT_CHANGED]).getReader();
      this.#watching = watching;
      try {
        // The first event reports the current state, which may have changed
        // before the watch.
        while (!(await watching.read()).done) await this.#reload();
      } catch {
        // KV is unavailable. The next watch reads what was missed.
      }
      await watching.cancel().catch(() => {});
      if (!this.#closed) await this.#pause();
    }
  }

  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, WATCH_AGAIN_MS);
    await Promise.race([promise, this.#closing.promise]);
    clearTimeout(timer);
  }
}
