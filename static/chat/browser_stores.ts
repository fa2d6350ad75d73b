/** The browser's storage. It may be forbidden, as where cookies are blocked:
 * then what the page keeps lasts as long as the page. */

import type { SharedStorage } from "./tab_storage.ts";

/** Storage for one page alone. */
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
 * Returns a storage of the browser, or one that lasts as long as the page.
 *
 * @param open Returns the browser's; merely to name it can throw.
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
