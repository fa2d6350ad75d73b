/** Has the browser lock names for as long as a tab lives (Web Locks API). */

import type { TabLocks } from "./tab_storage.ts";

/** The locks of the browser. */
export const browserLocks: TabLocks = {
  hold(name, patienceMs) {
    if (!("locks" in navigator)) return Promise.resolve(true);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const options: LockOptions = patienceMs === 0
      ? { ifAvailable: true }
      : { signal: AbortSignal.timeout(patienceMs) };
    navigator.locks.request(name, options, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<never>(() => {});
    }).catch(() => resolve(false));
    return promise;
  },
  async held() {
    if (!("locks" in navigator)) return undefined;
    const { held = [] } = await navigator.locks.query();
    return new Set(held.map(({ name = "" }) => name));
  },
};
