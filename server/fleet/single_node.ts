/** A fleet of one node: all names and members are in this process. */

import { HubbubError } from "../../protocol/errors.ts";
import { checkName, nameKey } from "../../protocol/names.ts";
import { nickname, numbered } from "./nicknames.ts";
import { Lookalikes } from "./lookalikes.ts";
import {
  type Claim,
  type Fleet,
  type FleetHost,
  type Held,
  type Here,
  type Lending,
  personOf,
} from "./fleet.ts";

/** What {@linkcode SingleNode} needs. */
export interface SingleNodeOptions {
  /** Numbers from 0 up to 1, for readable names. */
  readonly random: () => number;
  /** Makes the public ids of sessions. */
  readonly newId: () => string;
}

/** A person who holds a name. */
interface Holder {
  readonly person: string;
  readonly sessions: Set<string>;
  /** Those of them whose tokens state the name. */
  readonly signed: Set<string>;
  name: string;
}

/** Who wants a name, and who gives way to it. */
interface Priority {
  /** The holder who asks, if it is here. */
  readonly own?: Holder | undefined;
  /** Whether a signed token states the name: it wins over all that no token
   * states, with those that look like it. */
  readonly signed?: boolean | undefined;
  /** The guest that is the same person. */
  readonly yielding?: string | undefined;
}

const NOBODY_ELSE: Here = {
  others: new Map(),
  changed() {},
  typing() {},
  leave() {},
};

/** The only node. */
export class SingleNode implements Fleet {
  readonly nodes = 1;
  readonly elsewhere: ReadonlyMap<string, number> = new Map();
  readonly #options: SingleNodeOptions;
  readonly #bySession = new Map<string, Holder>();
  readonly #byPerson = new Map<string, Holder>();
  readonly #byName = new Map<string, Holder>();
  readonly #lookalikes = new Lookalikes();
  #host: FleetHost | null = null;

  constructor(options: SingleNodeOptions) {
    this.#options = options;
  }

  begin(host: FleetHost): void {
    this.#host = host;
  }

  share(): void {}

  claim(claim: Claim): Held {
    const { session: known, name: wanted, user, guest, signed } = claim;
    const { random, newId } = this.#options;
    const session = known ?? newId();
    const resumed = this.#bySession.get(session);
    if (resumed !== undefined) {
      mark(resumed, session, signed);
      return { session, name: resumed.name, resumed: true };
    }
    const person = personOf({ session, user, guest });
    const here = this.#byPerson.get(person);
    const holder = here ?? {
      person,
      sessions: new Set<string>(),
      signed: new Set<string>(),
      name: wanted === undefined
        ? nickname(this.#taken, random)
        : this.#find(checkName(wanted), {
          signed,
          yielding: user === undefined ? undefined : guest,
        }),
    };
    holder.sessions.add(session);
    mark(holder, session, signed);
    this.#bySession.set(session, holder);
    if (here === undefined) this.#hold(holder);
    return { session, name: holder.name, resumed: false };
  }

  rename(
    session: string,
    wanted: string,
    { signed = false }: { readonly signed?: boolean } = {},
  ): string {
    const name = checkName(wanted);
    const holder = this.#bySession.get(session);
    if (holder === undefined) return this.#free(name);
    if (this.#byName.get(nameKey(name)) !== holder) {
      const others = holder.signed.size - Number(holder.signed.has(session));
      if (!signed && others > 0) throw nameKept(holder.name);
    }
    this.#clear(name, { own: holder, signed });
    this.#free(name, holder);
    if (signed) mark(holder, session, signed);
    this.#letGo(holder);
    holder.name = name;
    this.#hold(holder);
    return name;
  }

  nameOf(session: string): string | undefined {
    return this.#bySession.get(session)?.name;
  }

  lend(
    wanted: string | undefined,
    { user, fallback, signed }: Lending,
  ): string {
    const own = user === undefined
      ? undefined
      : this.#byPerson.get(personOf({ session: "", user }));
    if (wanted === undefined) {
      if (own !== undefined) return own.name;
      return this.#taken(fallback)
        ? numbered(fallback, this.#taken, this.#options.random)
        : fallback;
    }
    const name = checkName(wanted);
    if (signed && own !== undefined) return own.name;
    return this.#find(name, { own, signed });
  }

  release(session: string): void {
    const holder = this.#bySession.get(session);
    if (holder === undefined) return;
    this.#bySession.delete(session);
    holder.sessions.delete(session);
    holder.signed.delete(session);
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

  /** A name that can be had, by who has a signed name, or else a like one. */
  #find(name: string, priority: Priority): string {
    this.#clear(name, priority);
    if (priority.signed && this.#taken(name)) {
      return numbered(name, this.#taken, this.#options.random);
    }
    return this.#free(name, priority.own);
  }

  /** Those who have to give way get a free name, and are told; unless somebody
   * who keeps it has the name, or one that looks like it. */
  #clear(name: string, { own, signed, yielding }: Priority): void {
    const keys = this.#lookalikes.keysLike(name, own?.name);
    const holders = [nameKey(name), ...keys]
      .map((key) => this.#byName.get(key));
    const guest = yielding === undefined
      ? undefined
      : personOf({ session: yielding, user: undefined });
    const giveWay: Holder[] = [];
    for (const [index, holder] of holders.entries()) {
      // The first is that of the name itself, which may be free.
      if (index === 0 && (holder === undefined || holder === own)) continue;
      const yields = holder !== undefined && holder.signed.size === 0 &&
        (signed || holder.person === guest);
      if (!yields) return;
      giveWay.push(holder);
    }
    for (const holder of giveWay) {
      const isSame = nameKey(holder.name) === nameKey(name);
      this.#replace(holder, isSame ? name : holder.name);
    }
  }

  /** Gives a holder another name like one, and tells all of its sessions. */
  #replace(holder: Holder, like: string): void {
    const other = numbered(like, this.#taken, this.#options.random);
    this.#letGo(holder);
    holder.name = other;
    this.#hold(holder);
    for (const session of [...holder.sessions]) {
      this.#host?.renamed(session, other);
    }
  }

  /** A name that can be had, also by who has one that looks like it. */
  #free(name: string, own?: Holder): string {
    const holder = this.#byName.get(nameKey(name));
    const taken = (holder !== undefined && holder !== own) ||
      this.#lookalikes.has(name, own?.name);
    if (!taken) return name;
    throw nameTaken(
      name,
      numbered(name, this.#taken, this.#options.random),
    );
  }
}

function mark(holder: Holder, session: string, signed = false): void {
  if (signed) holder.signed.add(session);
  else holder.signed.delete(session);
}

/** The error of a name that another session's token states. */
export function nameKept(name: string): HubbubError {
  return new HubbubError("forbidden", {
    message:
      `The token on another of your devices sets your name to "${name}".` +
      " Disconnect that device to choose a name",
  });
}

/** The error of a name that somebody has. */
export function nameTaken(name: string, suggestion: string): HubbubError {
  const message = `The name "${name}" is taken. Choose another one`;
  return new HubbubError("name_taken", { message, suggestion });
}
