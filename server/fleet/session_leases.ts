/**
 * The sessions that one node holds: how it comes by them, loses them to other
 * nodes, and lets go of those that have ended. The engine decides; what it
 * decided while it could not be reached is found out afterwards.
 */

import { checkName } from "../../protocol/names.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Answer, Choice, Engine, Holding } from "./engine.ts";
import { type Claim, type FleetHost, type Held, personOf } from "./fleet.ts";
import { Lookalikes } from "./lookalikes.ts";

/** Sessions that are written down again, or let go of, in one step. */
const STEP = 200;

/** What {@linkcode Holdings} need. */
export interface HoldingsOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  /** Makes the public ids of sessions. */
  readonly newId: () => string;
  /** Finds a name that can be had. */
  readonly choose: <T extends object>(
    wanted: string | undefined,
    ask: (choice: Choice) => Promise<Answer<T>>,
    alike: (name: string) => boolean,
  ) => Promise<T>;
}

/** Claims of one session that are under way. */
interface Pending {
  claims: number;
  /** The version at which another node was heard to have taken it meanwhile. */
  taken: number;
}

/** What one node holds. */
export class Holdings {
  readonly #options: HoldingsOptions;
  readonly #held = new Map<string, Holding>();
  readonly #lookalikes = new Lookalikes();
  readonly #pending = new Map<string, Pending>();
  /** Sessions that have ended, and may still be the engine's. */
  readonly #ended = new Set<string>();
  #releasing: Promise<void> | null = null;
  #host: FleetHost | null = null;

  constructor(options: HoldingsOptions) {
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
    { session: known, name: wanted, user, guest, dialect }: Claim,
  ): Promise<Held> {
    const { engine, clock, newId, choose } = this.#options;
    const session = known ?? newId();
    const pending = this.#pending.get(session) ?? { claims: 0, taken: 0 };
    this.#pending.set(session, pending);
    pending.claims++;
    try {
      // What ends at this very moment has ended before it.
      await this.#releasing;
      const application = { session, spare: newId(), user, guest, dialect };
      const { holding, resumed } = await choose(
        wanted,
        (choice) => engine.claim({ ...application, ...choice }),
        (name) => this.alike(name),
      );
      this.#ended.delete(holding.session);
      this.#keep(holding);
      const { taken } = pending;
      if (taken > holding.version) {
        // Told after whoever claims has it.
        clock.soon(() => this.taken(session, taken));
      }
      return { session: holding.session, name: holding.name, resumed };
    } finally {
      if (--pending.claims === 0) this.#pending.delete(session);
    }
  }

  /** See {@linkcode Fleet.rename}. */
  async rename(session: string, wanted: string): Promise<string> {
    const { engine, choose } = this.#options;
    const { name } = await choose(
      checkName(wanted),
      (choice) => engine.rename(session, choice),
      (name) => this.alike(name, this.#held.get(session)?.name),
    );
    const holding = this.#held.get(session);
    if (holding === undefined) return name;
    const person = personOf(holding);
    for (const other of [...this.#held.values()]) {
      if (personOf(other) === person) this.#keep({ ...other, name });
    }
    return name;
  }

  /**
   * Whether a name looks like another one that this node holds.
   *
   * @param name A valid name.
   * @param own What the one who asks for it is called.
   */
  alike(name: string, own?: string): boolean {
    return this.#lookalikes.has(name, own);
  }

  #keep(holding: Holding): void {
    this.#drop(holding.session);
    this.#held.set(holding.session, holding);
    this.#lookalikes.add(holding.name);
  }

  /** @returns Whether it was held. */
  #drop(session: string): boolean {
    const holding = this.#held.get(session);
    if (holding !== undefined) this.#lookalikes.delete(holding.name);
    return this.#held.delete(session);
  }

  /** Another node has renamed a session's person. */
  renamed(session: string, name: string): void {
    const holding = this.#held.get(session);
    if (holding === undefined || holding.name === name) return;
    this.#keep({ ...holding, name });
    this.#host?.renamed(session, name);
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
    const holding = this.#held.get(session);
    // Who has it since then has taken it back.
    if (holding === undefined || holding.version >= version) return;
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
    const holdings = [...this.#held.values()];
    for (let start = 0; start < holdings.length; start += STEP) {
      const { replaced, outnamed, renamed } = await this.#options.engine
        .reassert(
          holdings.slice(start, start + STEP),
        );
      for (const session of replaced) this.taken(session, Infinity);
      for (const [session, name] of renamed) this.renamed(session, name);
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

  /** Waits for what is being let go of. */
  async settled(): Promise<void> {
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
