/** A fleet of one: all names are in this process, and nobody is elsewhere. */

import { HubbubError } from "../../protocol/errors.ts";
import { checkName, nameKey } from "../../protocol/names.ts";
import { nickname, numbered } from "../nicknames.ts";
import type { Claim, Fleet, Held, Here, Lending } from "./fleet.ts";

/** What {@linkcode Alone} needs. */
export interface AloneOptions {
  /** Numbers from 0 up to 1, for readable names. */
  readonly random: () => number;
  /** Makes the public ids of sessions. */
  readonly newId: () => string;
}

/** Who holds a name. */
interface Holder {
  readonly session: string;
  readonly name: string;
  readonly user: string | undefined;
}

const NOBODY_ELSE: Here = {
  others: new Map(),
  changed() {},
  typing() {},
  leave() {},
};

/** The only node. */
export class Alone implements Fleet {
  readonly nodes = 1;
  readonly elsewhere: ReadonlyMap<string, number> = new Map();
  readonly #options: AloneOptions;
  readonly #bySession = new Map<string, Holder>();
  readonly #byName = new Map<string, Holder>();

  constructor(options: AloneOptions) {
    this.#options = options;
  }

  begin(): void {}

  share(): void {}

  claim({ session, name: wanted, user }: Claim): Held {
    const known = this.#bySession.get(session ?? "");
    if (known !== undefined) {
      return { session: known.session, name: known.name, resumed: true };
    }
    const { random, newId } = this.#options;
    const name = wanted === undefined
      ? nickname(this.#taken, random)
      : this.#free(checkName(wanted));
    const holder = { session: session ?? newId(), name, user };
    this.#hold(holder);
    return { session: holder.session, name, resumed: false };
  }

  rename(session: string, wanted: string): string {
    const holder = this.#bySession.get(session);
    const name = checkName(wanted);
    if (this.#byName.get(nameKey(name)) !== holder) this.#free(name);
    this.release(session);
    this.#hold({ session, name, user: holder?.user });
    return name;
  }

  lend(wanted: string | undefined, { user, fallback }: Lending): string {
    if (wanted === undefined) {
      return this.#taken(fallback) ? numbered(fallback, this.#taken) : fallback;
    }
    const name = checkName(wanted);
    const holder = this.#byName.get(nameKey(name));
    const own = user !== undefined && holder?.user === user;
    return own ? name : this.#free(name);
  }

  release(session: string): void {
    const holder = this.#bySession.get(session);
    if (holder === undefined) return;
    this.#bySession.delete(session);
    this.#byName.delete(nameKey(holder.name));
  }

  enter(): Here {
    return NOBODY_ELSE;
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  #hold(holder: Holder): void {
    this.#bySession.set(holder.session, holder);
    this.#byName.set(nameKey(holder.name), holder);
  }

  readonly #taken = (name: string): boolean => this.#byName.has(nameKey(name));

  #free(name: string): string {
    if (!this.#taken(name)) return name;
    throw nameTaken(name, numbered(name, this.#taken));
  }
}

/** The error of a name that somebody has. */
export function nameTaken(name: string, suggestion: string): HubbubError {
  const message = `The name "${name}" is taken. Choose another one`;
  return new HubbubError("name_taken", { message, suggestion });
}
