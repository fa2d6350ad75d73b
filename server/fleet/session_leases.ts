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

/** Sessions per step to write again or release. */
const STEP = 200;

/** Options of {@linkcode SessionLeases}. */
export interface SessionLeasesOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  /** Creates session IDs. */
  readonly newId: () => string;
  /** Chooses an available name. */
  readonly choose: <T extends object>(
    wish: Wish,
    ask: (choice: Choice) => Promise<Answer<T>>,
  ) => Promise<T>;
}

/** Pending claims of one session. */
interface Pending {
  claims: number;
  /** The version at which another node claimed it meanwhile. */
  taken: number;
  /** Its newest name reported meanwhile. */
  renamed?: Named;
}

/** The sessions that one node holds. */
export class SessionLeases {
  readonly #options: SessionLeasesOptions;
  readonly #held = new Map<string, SessionLease>();
  /** Held sessions by person. */
  readonly #byPerson = new Map<string, Set<string>>();
  /** Held sessions by name key. */
  readonly #byName = new Map<string, Set<string>>();
  readonly #lookalikes = new Lookalikes();
  /** Names being requested from the engine: of similar names, only the first is
   * requested. */
  readonly #asked = new Lookalikes();
  /** Those of them that signed tokens state. */
  readonly #askedSigned = new Lookalikes();
  /** Renames in progress: by person, or by session on other nodes. */
  readonly #displacing = new Map<string, Promise<void>>();
  readonly #pending = new Map<string, Pending>();
  /** Ended sessions that the engine may still hold. */
  readonly #ended = new Set<string>();
  #releasing: Promise<void> | null = null;
  #host: FleetHost | null = null;

  constructor(options: SessionLeasesOptions) {
    this.#options = options;
  }

  /** Number of held sessions. */
  get size(): number {
    return this.#held.size;
  }

  /** Sets the receiver of notifications. */
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
      // A release in progress is completed first.
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
      // The newest of the names reported meanwhile, and of the same person's
      // sessions on this node, counts.
      this.#name(lease, this.#newestOf(lease, renamed));
      if (taken > lease.version) {
        // Reported after the caller has the session.
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
      // The caller gets the reply.
      this.#name(lease, named, { told: false });
      clock.soon(() => this.#settle(session));
      return this.nameOf(session) ?? named.name;
    } finally {
      asking.end();
    }
  }

  /**
   * Finds a name for a sender without a session.
   *
   * @param wish The name; this method sets {@linkcode Wish.alike}.
   * @param user The user, from a token.
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
   * Starts a request for a person's name: returns which names look like others
   * that this node holds or requests, and reserves the looks of the name until
   * the end. Unsigned names give way to signed ones.
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

  /** Returns the name of a person on this node. */
  #nameOf(person = ""): string | undefined {
    const [session = ""] = this.#byPerson.get(person) ?? [];
    return this.nameOf(session);
  }

  /** Returns whether the holder of a name keeps it against everybody. */
  #isKept(key: string): boolean {
    // Some names are reserved for the server and have no holder.
    const sessions = this.#byName.get(key) ?? [""];
    return [...sessions].some((session) => {
      const lease = this.#held.get(session);
      return lease === undefined ||
        this.#matesOf(lease).some(({ signed }) => signed);
    });
  }

  /** Returns the leases of others with similar names. */
  #like(name: string, person: string | undefined): SessionLease[] {
    const keys = this.#lookalikes.keysLike(name, this.#nameOf(person));
    return [...keys].flatMap((key) => {
      const [session = ""] = this.#byName.get(key) ?? [];
      return this.#held.get(session) ?? [];
    });
  }

  /** Renames persons with names similar to a signed one; also the person
   * itself, if both were named at the same time. */
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

  /** Renames the persons of leases, unless their tokens state the names. Their
   * sessions are notified on all nodes. */
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

  /** Does the same for sessions of other nodes. */
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
      // Unavailable: the next request for such a name retries.
    }).catch(() => {}).finally(() => this.#displacing.delete(who));
    this.#displacing.set(who, displacing);
  }

  /** Records notifications about a session during a claim. */
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

  /** Returns the same person's leases. */
  #matesOf(lease: SessionLease): SessionLease[] {
    const all = [...this.#byPerson.get(personOf(lease)) ?? []];
    return all.flatMap((session) => this.#held.get(session) ?? []);
  }

  /** Returns the newest known name of a person. */
  #newestOf(lease: SessionLease, heard: Named | undefined): Named {
    let newest: Named = heard ?? lease;
    for (const named of [lease, ...this.#matesOf(lease)]) {
      if (isNewer(named, newest)) newest = named;
    }
    return newest;
  }

  /**
   * Renames all sessions of a person, unless they have a newer name.
   *
   * @param options Whether to notify the host.
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

  /** Handles a rename that this node did not request. */
  renamed(session: string, given: Named): void {
    const pending = this.#pending.get(session);
    const heard = pending?.renamed;
    if (pending && !(heard && isNewer(heard, given))) pending.renamed = given;
    const lease = this.#held.get(session);
    if (lease !== undefined) this.#name(lease, given);
  }

  /** See {@linkcode Fleet.release}. */
  release(session: string): void {
    // A pending claim will own it.
    if (this.#pending.has(session)) return;
    if (!this.#drop(session)) return;
    this.#ended.add(session);
    void this.letGo();
  }

  /** Handles another node's claim of a session. */
  taken(session: string, version: number): void {
    const pending = this.#pending.get(session);
    if (pending !== undefined) {
      pending.taken = Math.max(pending.taken, version);
    }
    const lease = this.#held.get(session);
    // A later claim has taken it back.
    if (lease === undefined || lease.version >= version) return;
    this.#drop(session);
    this.#host?.replaced(session);
  }

  /** Releases those sessions, assigned to this node by the engine, that it does
   * not hold. */
  disown(sessions: readonly string[]): void {
    for (const session of sessions) {
      if (this.#held.has(session) || this.#pending.has(session)) continue;
      this.#ended.add(session);
    }
  }

  /** Writes everything again under the current lease. A session unknown to the
   * engine may be written again by another node too. */
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

  /**
   * Releases ended sessions in steps; failures are retried in the next call.
   */
  letGo(): Promise<void> {
    return this.#releasing ??= this.#releaseAll().catch(() => {}).finally(
      () => {
        this.#releasing = null;
      },
    );
  }

  /** Waits for pending releases and renames. */
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

/** Returns whether the own name is newer than a reported one. Earlier versions
 * of this program do not report a time: that counts as now. */
function isNewer({ named = 0 }: Named, { named: heard = Infinity }: Named) {
  return named > heard;
}
