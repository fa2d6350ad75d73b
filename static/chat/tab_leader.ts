/**
 * Which tab this is: each keeps its own session and unsent messages, so that a
 * reload goes on where it was. A copied tab must not speak for the original,
 * and what a tab that is gone could not send, the next one takes up; so does,
 * with its session, who comes back under the name that it had.
 */

import { STORAGE_PREFIX } from "../base_path.ts";
import type { OutboxStorage, SavedOutbox } from "../../client/hubbub.ts";

const ID = `${STORAGE_PREFIX}tab`;
const NAME = `${STORAGE_PREFIX}name`;
const TOKEN = `${STORAGE_PREFIX}token`;
const GUESTS = `${STORAGE_PREFIX}guests`;
/** Names whose guests are kept; those used last. */
const MOST_GUESTS = 10;
const PREFIX = `${STORAGE_PREFIX}outbox.`;
/** A reloaded page may have to wait until its predecessor is gone. */
const PATIENCE_MS = 1_000;

/**
 * Finds this tab's place in storage, and holds it while the page lives.
 *
 * @param name The name one is about to have, if that is known already.
 * @returns Where the client keeps its session and what is not sent.
 */
export async function claimTab(
  name: string | undefined,
): Promise<OutboxStorage> {
  try {
    const known = sessionStorage.getItem(ID);
    if (known !== null && await hold(known, PATIENCE_MS)) return storage(known);
    let id = await orphan(name);
    if (id === undefined || !await hold(id, 0)) {
      id = crypto.getRandomValues(new Uint32Array(2)).join("-");
      await hold(id, 0);
    }
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

/** Keeps the name for the next time this tab is loaded, and for the tab that
 * takes up its session. */
export function keepName(asked: string | undefined, name: string): void {
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ asked, name }));
    const id = sessionStorage.getItem(ID);
    if (id === null) return;
    const saved = storage(id).load();
    if (saved !== undefined) storage(id).save(saved);
  } catch {
    // Storage is forbidden: the tab asks again.
  }
}

/**
 * The guest that this browser is under a name: all of its tabs are one person.
 * Another name is another person, so that one can talk to oneself.
 *
 * @param name The name one is about to have.
 */
export function keptGuest(name: string): string | undefined {
  return guests().get(name);
}

/** Keeps which guest one is, for the other tabs and for the next time. */
export function keepGuest(name: string, guest: string | undefined): void {
  if (guest === undefined) return;
  const known = [...guests()].filter(([other, secret]) =>
    other !== name && secret !== guest
  );
  try {
    const all = [...known, [name, guest]].slice(-MOST_GUESTS);
    localStorage.setItem(GUESTS, JSON.stringify(all));
  } catch {
    // Storage is forbidden: each tab is somebody else.
  }
}

function guests(): Map<string, string> {
  try {
    return new Map(JSON.parse(localStorage.getItem(GUESTS) ?? "[]"));
  } catch {
    return new Map();
  }
}

/** Forgets who this tab was: it begins anew, as somebody else, when it is
 * loaded again. */
export function leaveTab(): void {
  try {
    const id = sessionStorage.getItem(ID);
    if (id !== null) localStorage.removeItem(PREFIX + id);
    for (const key of [ID, NAME, TOKEN]) sessionStorage.removeItem(key);
  } catch {
    // Storage is forbidden: nothing is kept.
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

/**
 * A tab that is gone and has left unsent messages, or else one that had this
 * name. The others are forgotten.
 */
async function orphan(name: string | undefined): Promise<string | undefined> {
  // Without locks (not a secure context) nobody knows which tabs live.
  if (!("locks" in navigator)) return undefined;
  let namesake: string | undefined;
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    const id = key.slice(PREFIX.length);
    const { held = [] } = await navigator.locks.query();
    if (held.some(({ name }) => name === key)) continue;
    const saved = storage(id).load();
    if ((saved?.entries.length ?? 0) > 0) return id;
    if (name !== undefined && saved?.name === name) namesake = id;
    else localStorage.removeItem(key);
  }
  return namesake;
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

/** What a tab leaves, and under which name it was in. */
interface SavedTab extends SavedOutbox {
  readonly name?: string | undefined;
}

interface TabStorage extends OutboxStorage {
  load(): SavedTab | undefined;
}

function storage(id: string): TabStorage {
  const key = PREFIX + id;
  return {
    load() {
      const saved = localStorage.getItem(key);
      if (saved === null) return undefined;
      try {
        return JSON.parse(saved) as SavedTab;
      } catch {
        return undefined;
      }
    },
    save(saved) {
      const tab: SavedTab = { ...saved, name: keptName(undefined) };
      localStorage.setItem(key, JSON.stringify(tab));
    },
  };
}
