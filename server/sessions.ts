/**
 * Who is here under which name. Owns the rule that a name belongs to one
 * session at a time; knows nothing of rooms.
 */

import { HubbubError } from "../protocol/errors.ts";
import { checkName, nameKey } from "../protocol/names.ts";
import type { Grant } from "./grant.ts";
import { nickname, numbered } from "./nicknames.ts";
import type { Reader, Session } from "./session.ts";

/** Who lends a name from {@linkcode Sessions.lend}. */
export interface LendOptions {
  /** Who sends a message, in the long run. */
  readonly author: string;
  /** A valid name for who asks for none. */
  readonly fallback: string;
}

/** Who sends a message, in the long run, when a token says who it is. */
export function authorOf(user: string): string {
  return `user:${user}`;
}

/** All sessions of this process. */
export class Sessions {
  readonly #random: () => number;
  readonly #byId = new Map<string, Session>();
  readonly #byName = new Map<string, Session>();

  /** @param random Numbers from 0 up to 1, for readable names. */
  constructor(random: () => number) {
    this.#random = random;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Every session, in the order they began. */
  all(): Session[] {
    return [...this.#byId.values()];
  }

  get(id: string): Session | undefined {
    return this.#byId.get(id);
  }

  /**
   * Begins a session.
   *
   * @param reader Its connection.
   * @param options Its public `id`, the `name` it asks for, if any, and what it
   * may do.
   * @returns The session, with a readable name when it asked for none.
   * @throws {HubbubError} `bad_name`, or `name_taken` with a free suggestion.
   */
  begin(
    reader: Reader,
    { id, name: wanted, grant }: {
      id: string;
      name?: string | undefined;
      grant: Grant;
    },
  ): Session {
    const name = wanted === undefined
      ? nickname(this.#taken, this.#random)
      : this.#free(checkName(wanted));
    const session: Session = {
      id,
      author: grant.user === undefined ? id : authorOf(grant.user),
      dialect: reader.dialect,
      name,
      grant,
      reader,
      current: null,
      members: new Map(),
      grace: null,
    };
    this.#byId.set(id, session);
    this.#byName.set(nameKey(name), session);
    return session;
  }

  /**
   * Gives a session another name.
   *
   * @param session One that has begun.
   * @param wanted The name it asks for; its own in another spelling is fine.
   * @throws {HubbubError} `bad_name`, or `name_taken` with a free suggestion.
   */
  rename(session: Session, wanted: string): void {
    const name = checkName(wanted);
    if (this.#byName.get(nameKey(name)) !== session) this.#free(name);
    this.#byName.delete(nameKey(session.name));
    this.#byName.set(nameKey(name), session);
    session.name = name;
  }

  /**
   * Finds a name for a message of somebody who has no session, and so holds
   * no name.
   *
   * @param wanted The name asked for, if any; that of a session of the same
   * author can be had.
   * @param options Who asks, and a name for who asks for none.
   * @returns The name as it is shown; like `fallback` where that is taken.
   * @throws {HubbubError} `bad_name`, or `name_taken` with a free suggestion.
   */
  lend(
    wanted: string | undefined,
    { author, fallback }: LendOptions,
  ): string {
    if (wanted === undefined) {
      return this.#taken(fallback) ? numbered(fallback, this.#taken) : fallback;
    }
    const name = checkName(wanted);
    const holder = this.#byName.get(nameKey(name));
    return holder?.author === author ? name : this.#free(name);
  }

  /** Ends a session; its name is free at once. */
  end(session: Session): void {
    this.#byId.delete(session.id);
    this.#byName.delete(nameKey(session.name));
  }

  readonly #taken = (name: string): boolean => this.#byName.has(nameKey(name));

  #free(name: string): string {
    if (!this.#taken(name)) return name;
    throw new HubbubError("name_taken", {
      message: `The name "${name}" is taken. Choose another one`,
      suggestion: numbered(name, this.#taken),
    });
  }
}
