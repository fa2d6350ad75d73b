/**
 * The persons that use this browser: the user of an access token, or a guest
 * under a name. Owns the list of guests with their secrets. All else that the
 * page keeps is kept by the key of a person.
 */

import type { KeyValue } from "./browser_storage.ts";
import { personIn } from "./address.ts";

/** A person, as this browser knows it. */
export interface Person {
  /** Identifies the person in this browser; stays when a guest is renamed. */
  readonly key: string;
  /** The name to connect with; empty where the server or the token gives it. */
  readonly name: string;
  /** Whether it is a guest. */
  readonly isGuest: boolean;
  /** The guest secret, once the server gave one. */
  readonly secret?: string | undefined;
}

interface Guest {
  readonly name: string;
  readonly secret?: string | undefined;
  readonly id: string;
}

/** Guests that are kept; those used last. */
const MOST_GUESTS = 30;

/** Whether a key is a guest's. */
export function isGuestKey(key: string): boolean {
  return key.startsWith("guest ");
}

/** Knows the persons of one browser. */
export class Persons {
  readonly #storage: KeyValue;
  readonly #key: string;
  readonly #makeId: () => string;

  /**
   * @param storage Where the guests are kept, for all tabs.
   * @param prefix What names in the storage begin with.
   * @param makeId Returns a new id for a guest.
   */
  constructor(storage: KeyValue, prefix: string, makeId: () => string) {
    this.#storage = storage;
    this.#key = `${prefix}guests`;
    this.#makeId = makeId;
  }

  /**
   * Returns the person that an access token and a name stand for. Another name
   * is another guest, so that one can talk to oneself.
   *
   * @param token The access token, if there is one.
   * @param name The name to connect with; may be empty.
   */
  find(token: string | undefined, name: string): Person {
    const key = token === undefined ? undefined : personIn(token);
    if (key !== undefined) return { key, name, isGuest: false };
    const known = name === ""
      ? undefined
      : this.#guests.findLast((guest) => guest.name === name);
    const guest = known ?? { name, id: this.#makeId() };
    // At once, so that another tab finds the same.
    if (name !== "") this.#keep(guest);
    const { id, secret } = guest;
    return { key: `guest ${id}`, name, isGuest: true, secret };
  }

  /**
   * Keeps the name and the secret that the server gave a guest; nothing for the
   * user of a token.
   */
  keep({ key, isGuest }: Person, name: string, secret?: string): void {
    if (!isGuest) return;
    const id = key.slice("guest ".length);
    const before = this.#guests.find((guest) => guest.id === id);
    this.#keep({ name, id, secret: secret ?? before?.secret });
  }

  #keep(guest: Guest): void {
    const others = this.#guests.filter(({ id }) => id !== guest.id);
    const all = [...others, guest].slice(-MOST_GUESTS);
    try {
      const entries = all.map(({ name, secret = null, id }) =>
        [name, secret, id] as const
      );
      this.#storage.setItem(this.#key, JSON.stringify(entries));
    } catch {
      // Storage is forbidden: each tab is another guest.
    }
  }

  get #guests(): readonly Guest[] {
    try {
      const entries: [string, string | null, string?][] = JSON.parse(
        this.#storage.getItem(this.#key) ?? "[]",
      );
      // Earlier versions had no ids. A secret is as good: it stays the same.
      return entries.map(([name, secret, id]) => ({
        name,
        secret: secret ?? undefined,
        id: id ?? String(secret),
      }));
    } catch {
      return [];
    }
  }
}
