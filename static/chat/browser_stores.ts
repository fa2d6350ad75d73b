/** The browser's storage, or a substitute in memory where it is blocked, such as
 * with cookies. */

import type { SharedStorage } from "./tab_storage.ts";

/** Storage in memory, which ends with the page. */
class PageStorage implements SharedStorage {
  readonly #entries = new Map<string, string>();

  get length(): number {
    return this.#entries.size;
  }

  key(index: number): string | null {
    return [...this.#entries.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.#entries.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#entries.set(key, value);
  }

  removeItem(key: string): void {
    this.#entries.delete(key);
  }
}

/**
 * Returns a storage of the browser, or one in memory.
 *
 * @param open Returns the browser's storage. Accessing it can throw.
 */
export function storageOr(
  open: () => SharedStorage | null | undefined,
): SharedStorage {
  try {
    return open() ?? new PageStorage();
  } catch {
    return new PageStorage();
  }
}
