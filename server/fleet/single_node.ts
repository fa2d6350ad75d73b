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

/** Options of {@linkcode SingleNode}. */
export interface SingleNodeOptions {
  /** Random numbers from 0 up to 1, for generated names. */
  readonly random: () => number;
  /** Creates session IDs. */
  readonly newId: () => string;
}

/** A person who holds a name. */
interface Holder {
  readonly person: string;
  readonly sessions: Set<string>;
  /** The sessions whose tokens state the name. */
  readonly signed: Set<string>;
  name: string;
}

/** Precedence of a request for a name. */
interface Priority {
  /** The requesting holder, if it is here. */
  readonly own?: Holder | undefined;
  /** Whether a signed token states the name: it takes precedence over all
   * unsigned names, including similar ones. */
  readonly signed?: boolean | undefined;
  /** The same person's guest. */
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
  readonly holdsLease = true;
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

  check(): Promise<void> {
    return Promise.resolve();
  }

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

  /** Returns an available name: the requested one, or a similar one for a
   * signed name. */
  #find(name: string, priority: Priority): string {
    this.#clear(name, priority);
    if (priority.signed && this.#taken(name)) {
      return numbered(name, this.#taken, this.#options.random);
    }
    return this.#free(name, priority.own);
  }

  /** Renames holders that must give the name up and notifies their sessions,
   * unless somebody keeps the name or a similar one. */
  #clear(name: string, { own, signed, yielding }: Priority): void {
    const keys = this.#lookalikes.keysLike(name, own?.name);
    const holders = [nameKey(name), ...keys]
      .map((key) => this.#byName.get(key));
    const guest = yielding === undefined
      ? undefined
      : personOf({ session: yielding, user: undefined });
    const giveWay: Holder[] = [];
    for (const [index, holder] of holders.entries()) {
      // The first is the holder of the name itself, if any.
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

  /** Renames a holder to a similar name and notifies its sessions. */
  #replace(holder: Holder, like: string): void {
    const other = numbered(like, this.#taken, this.#options.random);
    this.#letGo(holder);
    holder.name = other;
    this.#hold(holder);
    for (const session of [...holder.sessions]) {
      this.#host?.renamed(session, other);
    }
  }

  /** Returns a free name; the requester's own similar name does not count. */
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

/** Returns the error for a name that another session's token states. */
export function nameKept(name: string): HubbubError {
  return new HubbubError("forbidden", {
    message:
      `The token on another of your devices sets your name to "${name}".` +
      " Disconnect that device to choose a name",
  });
}

/** Returns the error for a name in use. */
export function nameTaken(name: string, suggestion: string): HubbubError {
  const message = `The name "${name}" is taken. Choose another one`;
  return new HubbubError("name_taken", { message, suggestion });
}
