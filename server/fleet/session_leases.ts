/**
 * The sessions that one node holds: claims them, loses them to other nodes, and
 * releases ended ones. The engine decides; after an outage, the node reads its
 * decisions.
 */

import { checkName, nameKey } from "../../protocol/names.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Wish } from "./choose_name.ts";
import type {
  Alike,
  Answer,
  Choice,
  Engine,
  Kept,
  Named,
  SessionLease,
} from "./engine.ts";
import { nameKept } from "./single_node.ts";
import { type Claim, type FleetHost, type Held, personOf } from "./fleet.ts";
import { Lookalikes } from "./lookalikes.ts";

/** Sessions that are written down again, or let go of, in one step. */
const STEP = 200;

/** What {@linkcode SessionLeases} need. */
export interface SessionLeasesOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  /** Makes the public ids of sessions. */
  readonly newId: () => string;
  /** Finds a name that can be had. */
  readonly choose: <T extends object>(
    wish: Wish,
    ask: (choice: Choice) => Promise<Answer<T>>,
  ) => Promise<T>;
}

/** Claims of one session that are under way. */
interface Pending {
  claims: number;
  /** The version at which another node was heard to have taken it meanwhile. */
  taken: number;
  /** The newest name it was heard to have meanwhile. */
  renamed?: Named;
}

/** What one node holds. */
export class SessionLeases {
  readonly #options: SessionLeasesOptions;
  readonly #held = new Map<string, SessionLease>();
  /** By person: the sessions of it that are held. */
  readonly #byPerson = new Map<string, Set<string>>();
  /** By name's key: the sessions that are held under it. */
  readonly #byName = new Map<string, Set<string>>();
  readonly #lookalikes = new Lookalikes();
  /** Names that the engine is being asked for: of those that look the same,
   * only the first is asked for. */
  readonly #asked = new Lookalikes();
  /** Those of them that signed tokens state. */
  readonly #askedSigned = new Lookalikes();
  /** Those who are given other names right now: by person, or by session where
   * another node has them. */
  readonly #displacing = new Map<string, Promise<void>>();
  readonly #pending = new Map<string, Pending>();
  /** Sessions that have ended, and may still be the engine's. */
  readonly #ended = new Set<string>();
  #releasing: Promise<void> | null = null;
  #host: FleetHost | null = null;

  constructor(options: SessionLeasesOptions) {
    this.#options = options;
  }

  /** How many sessions are held. */
  get size(): number {
    return this.#held.size;
  }

  /** Says whom to tell of those that are lost. */
  begin(host: FleetHost): void {
    this.#host = host;
  }

  /** See {@linkcode Fleet.claim}. */
  async claim(
    { session: known, name: wanted, user, guest, signed, dialect }: Claim,
  ): Promise<Held> {
    const { engine, clock, newId, choose } = this.#options;
    const session = known ?? newId();
    const spare = newId();
    const pending = [session, spare].map((id) => this.#expect(id));
    const asking = this.#asking(personOf({ session, user, guest }), signed);
    try {
      // What ends at this very moment has ended before it.
      await this.#releasing;
      const application = { session, spare, user, guest, dialect };
      const yielding = user === undefined ? undefined : guest;
      const { lease, resumed, alike } = await choose(
        { wanted, signed, yielding, alike: asking.alike },
        (choice) => {
          asking.reserve(choice);
          return engine.claim({ ...application, ...choice });
        },
      );
      this.#ended.delete(lease.session);
      this.#keep(lease);
      const { taken = 0, renamed } =
        pending[lease.session === session ? 0 : 1] ?? {};
      // The newest of what was told meanwhile, and of what others of the same
      // person have, on this node, is its name.
      this.#name(lease, this.#newestOf(lease, renamed));
      if (taken > lease.version) {
        // Told after whoever claims has it.
        clock.soon(() => this.taken(session, taken));
      }
      this.#displaceElsewhere(alike);
      clock.soon(() => this.#settle(lease.session));
      const name = this.nameOf(lease.session) ?? lease.name;
      return { session: lease.session, name, resumed };
    } finally {
      asking.end();
      for (const id of [session, spare]) this.#expectNoMore(id);
    }
  }

  /** See {@linkcode Fleet.rename}. */
  async rename(
    session: string,
    wanted: string,
    { signed = false }: { readonly signed?: boolean } = {},
  ): Promise<string> {
    const { engine, clock, choose } = this.#options;
    const held = this.#held.get(session);
    const asking = this.#asking(held && personOf(held), signed);
    try {
      await this.#releasing;
      const named = await choose(
        {
          wanted: checkName(wanted),
          signed,
          only: true,
          alike: asking.alike,
        },
        (choice) => {
          asking.reserve(choice);
          return engine.rename(session, choice);
        },
      );
      if ("kept" in named) throw nameKept(named.kept);
      this.#displaceElsewhere(named.alike);
      const lease = this.#held.get(session);
      if (lease === undefined) return named.name;
      if (signed) this.#keep({ ...lease, signed });
      // Its host hears the answer.
      this.#name(lease, named, { told: false });
      clock.soon(() => this.#settle(session));
      return this.nameOf(session) ?? named.name;
    } finally {
      asking.end();
    }
  }

  /**
   * Finds a name for somebody who has no session here.
   *
   * @param wish The name; {@linkcode Wish.alike} is found here.
   * @param user The user, if a token says so.
   */
  async lend(
    wish: Omit<Wish, "alike">,
    user: string | undefined,
  ): Promise<string> {
    const { engine, choose } = this.#options;
    const person = user === undefined
      ? undefined
      : personOf({ session: "", user });
    const { alike } = this.#asking(person, wish.signed);
    const { name, alike: others } = await choose(
      { ...wish, alike },
      (choice) => engine.find(choice, user),
    );
    this.#displaceElsewhere(others);
    if (wish.signed) this.#displace(this.#like(name, person));
    return name;
  }

  /** See {@linkcode Fleet.nameOf}. */
  nameOf(session: string): string | undefined {
    return this.#held.get(session)?.name;
  }

  /**
   * Begins to ask for a name, for a person: tells which names look like others
   * that this node holds or asks for, and reserves the looks of the name until
   * the end. A name that no token states gives way to one that a token states.
   */
  #asking(person: string | undefined, signed = false) {
    let reserved: string | undefined;
    const all = signed ? [this.#asked, this.#askedSigned] : [this.#asked];
    const asked = signed ? this.#askedSigned : this.#asked;
    return {
      alike: (name: string) => {
        const own = this.#nameOf(person);
        if (asked.has(name, own)) return true;
        if (!signed) return this.#lookalikes.has(name, own);
        const keys = this.#lookalikes.keysLike(name, own);
        return keys.values().some((key) => this.#isKept(key));
      },
      reserve: ({ names: [name] }: Choice) => {
        if (name === undefined || reserved !== undefined) return;
        reserved = name;
        for (const looks of all) looks.add(name);
      },
      end: () => {
        if (reserved === undefined) return;
        for (const looks of all) looks.delete(reserved);
      },
    };
  }

  /** What a person of this node is called. */
  #nameOf(person = ""): string | undefined {
    const [session = ""] = this.#byPerson.get(person) ?? [];
    return this.nameOf(session);
  }

  /** Whether whoever holds a name gives way to nobody. */
  #isKept(key: string): boolean {
    // Some names are nobody's, and kept for the server.
    const sessions = this.#byName.get(key) ?? [""];
    return [...sessions].some((session) => {
      const lease = this.#held.get(session);
      return lease === undefined ||
        this.#matesOf(lease).some(({ signed }) => signed);
    });
  }

  /** The leases of others under names that look like a name. */
  #like(name: string, person: string | undefined): SessionLease[] {
    const keys = this.#lookalikes.keysLike(name, this.#nameOf(person));
    return [...keys].flatMap((key) => {
      const [session = ""] = this.#byName.get(key) ?? [];
      return this.#held.get(session) ?? [];
    });
  }

  /** Renames whoever looks like a person whose token states its name; also the
   * person itself, if it was given its name at the same time as they were. */
  #settle(session: string): void {
    const lease = this.#held.get(session);
    if (lease === undefined) return;
    const others = this.#like(lease.name, personOf(lease));
    if (others.length === 0) return;
    const key = nameKey(lease.name);
    if (this.#isKept(key)) return this.#displace(others);
    if (others.some(({ name }) => this.#isKept(nameKey(name)))) {
      this.#displace([lease]);
    }
  }

  /** Gives the persons of leases other names, unless their tokens state these:
   * their sessions are told, on all nodes. */
  #displace(leases: readonly SessionLease[]): void {
    for (const lease of leases) {
      if (this.#isKept(nameKey(lease.name))) continue;
      this.#renameAway(
        personOf(lease),
        lease,
        (choice) => this.#options.engine.rename(lease.session, choice),
      );
    }
  }

  /** The same with sessions of other nodes. */
  #displaceElsewhere(alike: readonly Alike[] = []): void {
    for (const one of alike) {
      if (this.#held.has(one.session)) continue;
      this.#renameAway(
        `session ${one.session}`,
        one,
        (choice) => this.#options.engine.displace(one, choice),
      );
    }
  }

  #renameAway(
    who: string,
    { session, name }: Alike,
    ask: (choice: Choice) => Promise<Answer<Named | Kept>>,
  ): void {
    if (this.#displacing.has(who)) return;
    const displacing = this.#options.choose(
      { wanted: undefined, fallback: name },
      ({ names: [_, ...others], ...choice }) => {
        const names = others.filter((name) => !this.#lookalikes.has(name));
        return ask({ ...choice, names });
      },
    ).then((named) => {
      // A token on another node may state it.
      if (!("kept" in named)) this.renamed(session, named);
      // Out of reach: the next with such a name tries again.
    }).catch(() => {}).finally(() => this.#displacing.delete(who));
    this.#displacing.set(who, displacing);
  }

  /** A session is being claimed: what is told of it meanwhile counts. */
  #expect(session: string): Pending {
    const pending = this.#pending.get(session) ?? { claims: 0, taken: 0 };
    this.#pending.set(session, pending);
    pending.claims++;
    return pending;
  }

  #expectNoMore(session: string): void {
    const pending = this.#pending.get(session);
    if (pending !== undefined && --pending.claims === 0) {
      this.#pending.delete(session);
    }
  }

  #keep(lease: SessionLease): void {
    this.#drop(lease.session);
    this.#held.set(lease.session, lease);
    const person = personOf(lease);
    const all = this.#byPerson.get(person) ?? new Set();
    this.#byPerson.set(person, all.add(lease.session));
    const key = nameKey(lease.name);
    const named = this.#byName.get(key) ?? new Set();
    this.#byName.set(key, named.add(lease.session));
    this.#lookalikes.add(lease.name);
  }

  /** @returns Whether it was held. */
  #drop(session: string): boolean {
    const lease = this.#held.get(session);
    if (lease === undefined) return false;
    const person = personOf(lease);
    const all = this.#byPerson.get(person);
    all?.delete(session);
    if (all?.size === 0) this.#byPerson.delete(person);
    const key = nameKey(lease.name);
    const named = this.#byName.get(key);
    named?.delete(session);
    if (named?.size === 0) this.#byName.delete(key);
    this.#lookalikes.delete(lease.name);
    return this.#held.delete(session);
  }

  /** What is held of the same person. */
  #matesOf(lease: SessionLease): SessionLease[] {
    const all = [...this.#byPerson.get(personOf(lease)) ?? []];
    return all.flatMap((session) => this.#held.get(session) ?? []);
  }

  /** The newest name of a person that is known here. */
  #newestOf(lease: SessionLease, heard: Named | undefined): Named {
    let newest: Named = heard ?? lease;
    for (const named of [lease, ...this.#matesOf(lease)]) {
      if (isNewer(named, newest)) newest = named;
    }
    return newest;
  }

  /**
   * Gives all sessions of a person a name, unless they have a newer one.
   *
   * @param options Whether the host is told.
   */
  #name(
    lease: SessionLease,
    given: Named,
    { told = true }: { told?: boolean } = {},
  ): void {
    const { name } = given;
    for (const mate of this.#matesOf(lease)) {
      if (isNewer(mate, given)) continue;
      this.#keep({ ...mate, name, named: given.named ?? mate.named });
      if (told && mate.name !== name) this.#host?.renamed(mate.session, name);
    }
  }

  /** A session's person has another name, which it has not asked for here. */
  renamed(session: string, given: Named): void {
    const pending = this.#pending.get(session);
    const heard = pending?.renamed;
    if (pending && !(heard && isNewer(heard, given))) pending.renamed = given;
    const lease = this.#held.get(session);
    if (lease !== undefined) this.#name(lease, given);
  }

  /** See {@linkcode Fleet.release}. */
  release(session: string): void {
    // Whoever is taking it up has it next.
    if (this.#pending.has(session)) return;
    if (!this.#drop(session)) return;
    this.#ended.add(session);
    void this.letGo();
  }

  /** Another node has taken a session up. */
  taken(session: string, version: number): void {
    const pending = this.#pending.get(session);
    if (pending !== undefined) {
      pending.taken = Math.max(pending.taken, version);
    }
    const lease = this.#held.get(session);
    // Who has it since then has taken it back.
    if (lease === undefined || lease.version >= version) return;
    this.#drop(session);
    this.#host?.replaced(session);
  }

  /** The engine thinks that this node holds these sessions: those that it does
   * not are let go of next. */
  disown(sessions: readonly string[]): void {
    for (const session of sessions) {
      if (this.#held.has(session) || this.#pending.has(session)) continue;
      this.#ended.add(session);
    }
  }

  /** Writes everything down again under the lease there is now. Whoever the
   * engine does not know either may be about to do the same. */
  async reassert(): Promise<void> {
    const leases = [...this.#held.values()];
    for (let start = 0; start < leases.length; start += STEP) {
      const { replaced, outnamed, renamed } = await this.#options.engine
        .reassert(
          leases.slice(start, start + STEP),
        );
      for (const session of replaced) this.taken(session, Infinity);
      for (const [session, named] of renamed) this.renamed(session, named);
      for (const session of outnamed) {
        if (this.#drop(session)) this.#host?.outnamed(session);
      }
    }
  }

  /** Lets go of what has ended, step by step; what cannot be let go of now
   * waits for the next call. */
  letGo(): Promise<void> {
    return this.#releasing ??= this.#releaseAll().catch(() => {}).finally(
      () => {
        this.#releasing = null;
      },
    );
  }

  /** Waits for what is being let go of, and for names that are given. */
  async settled(): Promise<void> {
    await Promise.all(this.#displacing.values());
    await this.#releasing;
  }

  async #releaseAll(): Promise<void> {
    while (this.#ended.size > 0) {
      const sessions = [...this.#ended].slice(0, STEP);
      await this.#options.engine.release(sessions);
      for (const session of sessions) this.#ended.delete(session);
    }
  }
}

/** Whether a name that one has is newer than one that was heard of. Earlier
 * versions of this program do not say when they gave it: that is now. */
function isNewer({ named = 0 }: Named, { named: heard = Infinity }: Named) {
  return named > heard;
}
