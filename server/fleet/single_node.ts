/** A fleet of one: all names are in this process, and nobody is elsewhere. */

import { HubbubError } from "../../protocol/errors.ts";
import { checkName, nameKey } from "../../protocol/names.ts";
import { nickname, numbered } from "./nicknames.ts";
import { Lookalikes } from "./lookalikes.ts";
import {
  type Claim,
  type Fleet,
  type Held,
  type Here,
  type Lending,
  personOf,
} from "./fleet.ts";

/** What {@linkcode Alone} needs. */
export interface AloneOptions {
  /** Numbers from 0 up to 1, for readable names. */
  readonly random: () => number;
  /** Makes the public ids of sessions. */
  readonly newId: () => string;
}

/** A person who holds a name. */
interface Holder {
  readonly person: string;
  readonly sessions: Set<string>;
  name: string;
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
  readonly #byPerson = new Map<string, Holder>();
  readonly #byName = new Map<string, Holder>();
  readonly #lookalikes = new Lookalikes();

  constructor(options: AloneOptions) {
    this.#options = options;
  }

  begin(): void {}

  share(): void {}

  claim({ session: known, name: wanted, user, guest }: Claim): Held {
    const { random, newId } = this.#options;
    const session = known ?? newId();
    const resumed = this.#bySession.get(session);
    if (resumed !== undefined) {
      return { session, name: resumed.name, resumed: true };
    }
    const person = personOf({ session, user, guest });
    const here = this.#byPerson.get(person);
    const holder = here ?? {
      person,
      sessions: new Set<string>(),
      name: wanted === undefined
        ? nickname(this.#taken, random)
        : this.#free(checkName(wanted)),
    };
    holder.sessions.add(session);
    this.#bySession.set(session, holder);
    if (here === undefined) this.#hold(holder);
    return { session, name: holder.name, resumed: false };
  }

  rename(session: string, wanted: string): string {
    const name = checkName(wanted);
    const holder = this.#bySession.get(session);
    if (holder === undefined) return this.#free(name);
    if (this.#byName.get(nameKey(name)) !== holder) {
      this.#free(name, holder.name);
    }
    this.#letGo(holder);
    holder.name = name;
    this.#hold(holder);
    return name;
  }

  lend(wanted: string | undefined, { user, fallback }: Lending): string {
    if (wanted === undefined) {
      return this.#taken(fallback)
        ? numbered(fallback, this.#taken, this.#options.random)
        : fallback;
    }
    const name = checkName(wanted);
    const holder = this.#byName.get(nameKey(name));
    const own = user !== undefined &&
      holder?.person === personOf({ session: "", user });
    return own ? name : this.#free(name);
  }

  release(session: string): void {
    const holder = this.#bySession.get(session);
    if (holder === undefined) return;
    this.#bySession.delete(session);
    holder.sessions.delete(session);
    if (holder.sessions.size > 0) return;
    this.#byPerson.delete(holder.person);
    this.#letGo(holder);
  }

  enter(): Here {
    return NOBODY_ELSE;
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  #hold(holder: Holder): void {
    this.#byPerson.set(holder.person, holder);
    this.#byName.set(nameKey(holder.name), holder);
    this.#lookalikes.add(holder.name);
  }

  #letGo({ name }: Holder): void {
    this.#byName.delete(nameKey(name));
    this.#lookalikes.delete(name);
  }

  readonly #taken = (name: string): boolean =>
    this.#byName.has(nameKey(name)) || this.#lookalikes.has(name);

  /** A name that can be had, also by who has one that looks like it. */
  #free(name: string, own?: string): string {
    const taken = this.#byName.has(nameKey(name)) ||
      this.#lookalikes.has(name, own);
    if (!taken) return name;
    throw nameTaken(
      name,
      numbered(name, this.#taken, this.#options.random),
    );
  }
}

/** The error of a name that somebody has. */
export function nameTaken(name: string, suggestion: string): HubbubError {
  const message = `The name "${name}" is taken. Choose another one`;
  return new HubbubError("name_taken", { message, suggestion });
}
