/**
 * Which tab this is: each keeps its own session and unsent messages, so that a
 * reload goes on where it was. A copied tab must not speak for the original.
 * The messages that a closed tab could not send are taken up by the next tab of
 * the same person, with the session; those of another person stay as they are.
 */

import type { OutboxStorage, SavedOutbox } from "../../client/hubbub.ts";
import type { KeyValue } from "./model/browser_storage.ts";
import type { Person } from "./model/persons.ts";

/** A reloaded page may have to wait until its predecessor is gone. */
const PATIENCE_MS = 1_000;

/** Storage that all tabs share, and that lists its keys. */
export interface SharedStorage extends KeyValue {
  readonly length: number;
  key(index: number): string | null;
}

/** Locks that a tab holds while it lives. */
export interface TabLocks {
  /** Takes a lock; false when another tab has it after so many ms. */
  hold(name: string, patienceMs: number): Promise<boolean>;
  /** The names of held locks; undefined where the browser has no locks. */
  held(): Promise<ReadonlySet<string> | undefined>;
}

/** What a tab leaves. */
interface SavedTab extends SavedOutbox {
  /** The key of the person; absent where an earlier version saved it. */
  readonly person?: string;
  /** Written by earlier versions: the name the tab had. */
  readonly name?: string | undefined;
}

/** The name of a tab, for when it is loaded again. */
interface KeptName {
  /** The name in the address. */
  readonly asked?: string;
  readonly name?: string;
  /** The user of the token it had; absent for a guest. */
  readonly user?: string;
}

/** What one tab keeps. Storage may be forbidden: then nothing outlives the
 * page. */
export class Tab {
  readonly #shared: SharedStorage;
  readonly #own: KeyValue;
  readonly #prefix: string;
  readonly #locks: TabLocks;
  readonly #makeId: () => string;

  /**
   * @param shared What all tabs share: `localStorage`.
   * @param own What only this tab has: `sessionStorage`.
   * @param prefix What names in both begin with.
   * @param locks Locks that all tabs share.
   * @param makeId Returns a new id for a tab.
   */
  constructor(
    shared: SharedStorage,
    own: KeyValue,
    prefix: string,
    locks: TabLocks,
    makeId: () => string,
  ) {
    this.#shared = shared;
    this.#own = own;
    this.#prefix = prefix;
    this.#locks = locks;
    this.#makeId = makeId;
  }

  /**
   * Finds this tab's place in storage, and holds it while the page lives.
   *
   * @param person The person that is about to connect.
   * @returns Where the client keeps the session and unsent messages.
   */
  async claim(person: Person): Promise<OutboxStorage> {
    try {
      const known = this.#own.getItem(`${this.#prefix}tab`);
      if (
        known !== null && this.#mayBeOf(known, person) &&
        await this.#hold(known, PATIENCE_MS)
      ) return this.#storage(known, person);
      let id = await this.#orphan(person);
      if (id === undefined || !await this.#hold(id, 0)) {
        id = this.#makeId();
        await this.#hold(id, 0);
      }
      this.#own.setItem(`${this.#prefix}tab`, id);
      return this.#storage(id, person);
    } catch {
      return { load: () => undefined, save: () => {} };
    }
  }

  /**
   * Returns the name this tab had before it was reloaded, which need not be the
   * one in the address: that may have been taken, or changed since.
   *
   * @param asked The name in the address, if there is one.
   * @param user The user of the access token; undefined for a guest.
   */
  keptName(
    asked: string | undefined,
    user: string | undefined,
  ): string | undefined {
    try {
      const kept: KeptName = JSON.parse(this.#read("name") ?? "{}");
      if (kept.user !== user) return undefined;
      return asked === undefined || asked === kept.asked
        ? kept.name
        : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps the name for the next time this tab is loaded. */
  keepName(
    asked: string | undefined,
    name: string,
    user: string | undefined,
  ): void {
    this.#write("name", JSON.stringify({ asked, name, user }));
  }

  /** The access token this tab had before it was reloaded. It may have expired:
   * then the server says so, and the tab still belongs to its user. */
  get token(): string | undefined {
    return this.#read("token");
  }

  set token(token: string | undefined) {
    this.#write("token", token);
  }

  /** Forgets which tab this is: the next load is another person's. What this
   * one has not sent stays for the next tab of its own person. */
  leave(): void {
    for (const key of ["tab", "name", "token"]) this.#write(key, undefined);
  }

  #read(key: string): string | undefined {
    try {
      return this.#own.getItem(this.#prefix + key) ?? undefined;
    } catch {
      return undefined;
    }
  }

  #write(key: string, value: string | undefined): void {
    try {
      if (value === undefined) this.#own.removeItem(this.#prefix + key);
      else this.#own.setItem(this.#prefix + key, value);
    } catch {
      // Storage is forbidden: the tab asks again.
    }
  }

  /** Returns a closed tab of a person: one with unsent messages, or else the
   * last of the others, which are removed. */
  async #orphan(person: Person): Promise<string | undefined> {
    // Without locks (not a secure context) nobody knows which tabs live.
    const held = await this.#locks.held();
    if (held === undefined) return undefined;
    let last: string | undefined;
    for (const key of this.#outboxes()) {
      if (held.has(key)) continue;
      const id = key.slice(`${this.#prefix}outbox.`.length);
      const saved = this.#load(id);
      if (saved === undefined || !isOf(saved, person)) continue;
      if (saved.entries.length > 0) return id;
      if (last !== undefined) this.#shared.removeItem(this.#keyOf(last));
      last = id;
    }
    return last;
  }

  #outboxes(): readonly string[] {
    return Array.from(
      { length: this.#shared.length },
      (_, index) => this.#shared.key(index) ?? "",
    ).filter((key) => key.startsWith(`${this.#prefix}outbox.`));
  }

  #mayBeOf(id: string, person: Person): boolean {
    const saved = this.#load(id);
    return saved === undefined || isOf(saved, person);
  }

  #hold(id: string, patienceMs: number): Promise<boolean> {
    return this.#locks.hold(this.#keyOf(id), patienceMs);
  }

  #keyOf(id: string): string {
    return `${this.#prefix}outbox.${id}`;
  }

  #load(id: string): SavedTab | undefined {
    try {
      const saved = JSON.parse(this.#shared.getItem(this.#keyOf(id)) ?? "null");
      return Array.isArray(saved?.entries) ? saved : undefined;
    } catch {
      return undefined;
    }
  }

  #storage(id: string, person: Person): OutboxStorage {
    return {
      load: () => this.#load(id),
      save: (saved) => {
        const tab: SavedTab = { ...saved, person: person.key };
        this.#shared.setItem(this.#keyOf(id), JSON.stringify(tab));
      },
    };
  }
}

/** Whether a tab's record belongs to a person. */
function isOf(saved: SavedTab, person: Person): boolean {
  if (saved.person !== undefined) return saved.person === person.key;
  if (typeof saved.user === "string") {
    return person.key === `user ${saved.user}`;
  }
  if (!person.isGuest) return false;
  return saved.guest === undefined
    ? saved.name === person.name
    : saved.guest === person.secret;
}
