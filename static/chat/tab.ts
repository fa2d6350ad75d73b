/**
 * Which tab this is: each keeps its own session and unsent messages, so that a
 * reload goes on where it was. A copied tab must not speak for the original,
 * and what a tab that is gone could not send, the next one takes up.
 */

import type { OutboxStorage, SavedOutbox } from "../../client/hubbub.ts";

const ID = "hubbub.tab";
const NAME = "hubbub.name";
const TOKEN = "hubbub.token";
const PREFIX = "hubbub.outbox.";
/** A reloaded page may have to wait until its predecessor is gone. */
const PATIENCE_MS = 1_000;

/**
 * Finds this tab's place in storage, and holds it while the page lives.
 *
 * @returns Where the client keeps its session and what is not sent.
 */
export async function claimTab(): Promise<OutboxStorage> {
  try {
    const known = sessionStorage.getItem(ID);
    if (known !== null && await hold(known, PATIENCE_MS)) return storage(known);
    const id = await orphan() ??
      crypto.getRandomValues(new Uint32Array(2)).join("-");
    await hold(id, 0);
    sessionStorage.setItem(ID, id);
    return storage(id);
  } catch {
    // Storage is forbidden: nothing outlives this page.
    return { load: () => undefined, save: () => {} };
  }
}

/**
 * The name this tab had before it was reloaded, which need not be the one that
 * the address asks for: that may have been taken, or changed since.
 *
 * @param asked The name in the address, if there is one.
 */
export function keptName(asked: string | undefined): string | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "{}");
    return asked === undefined || asked === kept.asked ? kept.name : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the name for the next time this tab is loaded. */
export function keepName(asked: string | undefined, name: string): void {
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ asked, name }));
  } catch {
    // Storage is forbidden: the tab asks again.
  }
}

/** The signed token this tab came in with, before it was reloaded. */
export function keptToken(): string | undefined {
  try {
    return sessionStorage.getItem(TOKEN) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the token while the tab lives; nothing: it is of no use any more. */
export function keepToken(token: string | undefined): void {
  try {
    if (token === undefined) sessionStorage.removeItem(TOKEN);
    else sessionStorage.setItem(TOKEN, token);
  } catch {
    // Storage is forbidden: the tab asks again.
  }
}

/** An outbox with unsent messages whose tab is gone. The others go, too. */
async function orphan(): Promise<string | undefined> {
  // Without locks (not a secure context) nobody knows which tabs live.
  if (!("locks" in navigator)) return undefined;
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    const id = key.slice(PREFIX.length);
    const { held = [] } = await navigator.locks.query();
    if (held.some(({ name }) => name === key)) continue;
    if ((storage(id).load()?.entries.length ?? 0) > 0) return id;
    localStorage.removeItem(key);
  }
  return undefined;
}

/** Takes a tab's lock until the page is gone; false when another has it. */
function hold(id: string, patience: number): Promise<boolean> {
  if (!("locks" in navigator)) return Promise.resolve(true);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const options: LockOptions = patience === 0
    ? { ifAvailable: true }
    : { signal: AbortSignal.timeout(patience) };
  navigator.locks.request(PREFIX + id, options, (lock) => {
    resolve(lock !== null);
    return lock === null ? undefined : new Promise<never>(() => {});
  }).catch(() => resolve(false));
  return promise;
}

function storage(id: string): OutboxStorage {
  const key = PREFIX + id;
  return {
    load() {
      const saved = localStorage.getItem(key);
      if (saved === null) return undefined;
      try {
        return JSON.parse(saved) as SavedOutbox;
      } catch {
        return undefined;
      }
    },
    save(saved) {
      localStorage.setItem(key, JSON.stringify(saved));
    },
  };
}
