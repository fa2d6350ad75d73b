/**
 * The store as the API sees it: whatever fails there is told as
 * `store_unavailable`, and why is written to the log.
 */

import { HubbubError } from "../../protocol/errors.ts";
import type { Logger } from "../log.ts";
import {
  type Draft,
  mustBeStored,
  type Page,
  type Range,
  type Receipt,
  type RoomSummary,
  type Store,
} from "../store/store.ts";

/** The part of a {@linkcode Store} that the API uses. */
export class Storage implements Pick<Store, "append" | "read" | "rooms"> {
  readonly #store: Store;
  readonly #log: Logger;

  constructor(store: Store, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  append(drafts: readonly Draft[]): Promise<Receipt[]> {
    return this.#tell("append", this.#store.append(drafts));
  }

  /** @throws {HubbubError} `store_unavailable` when one was refused. */
  mustBeStored(receipts: readonly Receipt[]): void {
    try {
      mustBeStored(receipts);
    } catch (error) {
      throw this.#unavailable("append", error);
    }
  }

  read(room: string, range: Range): Promise<Page> {
    return this.#tell("read", this.#store.read(room, range));
  }

  rooms(): Promise<RoomSummary[]> {
    return this.#tell("rooms", this.#store.rooms());
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
