/**
 * The store as the API uses it: logs each failure and throws
 * `store_unavailable`.
 */

import { HubbubError } from "../../../protocol/errors.ts";
import type { Logger } from "../../runtime/logger.ts";
import { storeError } from "../../rooms/error_event.ts";
import type { ReadQueue, Reads } from "../../rooms/read_queue.ts";
import {
  type Draft,
  mustBeStored,
  type Receipt,
  type Store,
} from "../../store/store.ts";

/** The part of a {@linkcode Store} that the API uses. */
export class Storage implements Pick<Store, "append"> {
  readonly #store: Store;
  readonly #reads: ReadQueue;
  readonly #log: Logger;

  constructor(store: Store, reads: ReadQueue, log: Logger) {
    this.#store = store;
    this.#reads = reads;
    this.#log = log;
  }

  append(drafts: readonly Draft[]): Promise<Receipt[]> {
    return this.#tell("append", this.#store.append(drafts));
  }

  /** @throws {HubbubError} `not_stored` or `no_more_rooms` if the store
   * rejected a message. */
  mustBeStored(receipts: readonly Receipt[]): void {
    try {
      mustBeStored(receipts);
    } catch (error) {
      const refused = storeError(error as Error);
      if (refused.code === "not_stored") {
        this.#log.error("store refused a message", { error });
      }
      throw refused;
    }
  }

  /** Returns a reader for clients of one address. */
  of(address: string): Reads & Pick<Store, "rooms"> {
    const reads = this.#reads.of({ address, client: "http" });
    return {
      ...reads,
      read: (room, range) => this.#tell("read", reads.read(room, range)),
      rooms: (range) => this.#tell("rooms", reads.rooms(range)),
    };
  }

  /** Current maximum bytes of a page, depending on memory in use. */
  get pageBytes(): number {
    return this.#reads.pageBytes;
  }

  #tell<T>(what: string, work: Promise<T>): Promise<T> {
    return work.catch((error) => {
      throw this.#unavailable(what, error);
    });
  }

  #unavailable(what: string, error: unknown): HubbubError {
    this.#log.error("store failed a request", { what, error });
    return new HubbubError("store_unavailable");
  }
}
