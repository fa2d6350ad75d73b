/**
 * One node of a fleet: its lease, which it renews, and the names and sessions
 * it holds by it. The engine decides; what was decided while the engine could
 * not be reached, or while this node did not live, is found out afterwards.
 */

import { HubbubError } from "../../protocol/errors.ts";
import { checkName } from "../../protocol/names.ts";
import { type Cancel, type Clock, every } from "../clock.ts";
import type { Logger } from "../log.ts";
import { nickname, similar } from "../nicknames.ts";
import { nameTaken } from "./alone.ts";
import type {
  Answer,
  Choice,
  Counts,
  Engine,
  EngineEvents,
  Holding,
} from "./engine.ts";
import type {
  Claim,
  Fleet,
  FleetHost,
  Held,
  Here,
  Lending,
  LocalRoom,
} from "./fleet.ts";
import { Rosters } from "./rosters.ts";

/** How long a node is believed to live after its last heartbeat, milliseconds.
 * A heart beats three times in it, so a dead node's members are gone after 16
 * seconds at most. */
export const LEASE_MS = 12_000;
/** Names that are tried in one step. */
const TRIES = 20;
/** Sessions that are written down again in one step. */
const STEP = 200;
/** How long leaving may take, milliseconds: a stop has 5 seconds for all. */
const GOODBYE_MS = 500;
const RETRY_MS = 1_000;

/** What {@linkcode FleetNode} needs. */
export interface FleetNodeOptions {
  /** This node's own id, another one in each life. */
  readonly node: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Numbers from 0 up to 1, for readable names. */
  readonly random: () => number;
  /** Makes the public ids of sessions. */
  readonly newId: () => string;
  readonly leaseMs: number;
}

/** Claims of one session that are under way. */
interface Pending {
  claims: number;
  /** The version at which another node was heard to have taken it meanwhile. */
  taken: number;
}

/** A node. */
export class FleetNode implements Fleet, EngineEvents {
  readonly #options: FleetNodeOptions;
  readonly #engine: Engine;
  readonly #rosters: Rosters;
  readonly #held = new Map<string, Holding>();
  readonly #pending = new Map<string, Pending>();
  /** Sessions that have ended, and may still be the engine's. */
  readonly #ended = new Set<string>();
  #releasing: Promise<void> | null = null;
  #host: FleetHost | null = null;
  #beating: Promise<void> | null = null;
  #stopBeating: Cancel = () => {};
  /** No node is taken for dead before, milliseconds since 1970. */
  #buriesFrom = 0;
  #reachable = true;
  #nodes = 1;
  #counts = (): Counts => ({});
  #elsewhere: ReadonlyMap<string, number> = new Map();

  /**
   * @param engine Makes the engine, which tells its news to what it is given.
   * @param options This node.
   */
  constructor(
    engine: (events: EngineEvents) => Engine,
    options: FleetNodeOptions,
  ) {
    this.#options = options;
    this.#engine = engine(this);
    this.#rosters = new Rosters({ ...options, engine: this.#engine });
  }

  get nodes(): number {
    return this.#nodes;
  }

  /** Takes the lease, and renews it from now on. Rejects when the engine cannot
   * be reached. */
  async join(): Promise<void> {
    await this.#beat();
    const { clock, leaseMs } = this.#options;
    this.#stopBeating = every(clock, {
      ms: leaseMs / 3,
      run: () => void this.#beatOn(),
    });
  }

  begin(host: FleetHost): void {
    this.#host = host;
  }

  share(counts: () => ReadonlyMap<string, number>): void {
    this.#counts = () => Object.fromEntries(counts());
  }

  get elsewhere(): ReadonlyMap<string, number> {
    return this.#elsewhere;
  }

  async claim(
    { session: known, name: wanted, user, dialect }: Claim,
  ): Promise<Held> {
    const { newId } = this.#options;
    const session = known ?? newId();
    const pending = this.#pending.get(session) ?? { claims: 0, taken: 0 };
    this.#pending.set(session, pending);
    pending.claims++;
    try {
      // What ends at this very moment has ended before it.
      await this.#releasing;
      const application = { session, spare: newId(), user, dialect };
      const { holding, resumed } = await this.#choose(
        wanted,
        (choice) => this.#engine.claim({ ...application, ...choice }),
      );
      this.#hold(holding);
      const { taken } = pending;
      if (taken > holding.version) {
        // Told after whoever claims has it.
        this.#options.clock.soon(() => this.taken(session, taken));
      }
      return { session: holding.session, name: holding.name, resumed };
    } finally {
      if (--pending.claims === 0) this.#pending.delete(session);
    }
  }

  async rename(session: string, wanted: string): Promise<string> {
    const { name } = await this.#choose(
      checkName(wanted),
      (choice) => this.#engine.rename(session, choice),
    );
    const holding = this.#held.get(session);
    if (holding !== undefined) this.#held.set(session, { ...holding, name });
    return name;
  }

  async lend(
    wanted: string | undefined,
    { user, fallback }: Lending,
  ): Promise<string> {
    const { name } = await this.#choose(
      wanted,
      (choice) => this.#engine.find(choice, user),
      fallback,
    );
    return name;
  }

  release(session: string): void {
    // Whoever is taking it up has it next.
    if (this.#pending.has(session)) return;
    if (!this.#held.delete(session)) return;
    this.#ended.add(session);
    void this.#releaseEnded();
  }

  async enter(room: string, local: LocalRoom): Promise<Here> {
    return await this.#rosters.enter(room, local);
  }

  async stop(): Promise<void> {
    this.#stopBeating();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(GOODBYE_MS, resolve);
    await Promise.race([this.#sayGoodbye().catch(() => {}), late]);
    cancel();
    await this.#engine.close();
  }

  // What the engine tells.

  met(): void {
    this.#options.clock.soon(() => void this.#beatOn());
  }

  taken(session: string, version: number): void {
    const pending = this.#pending.get(session);
    if (pending !== undefined) {
      pending.taken = Math.max(pending.taken, version);
    }
    const holding = this.#held.get(session);
    // Who has it since then has taken it back.
    if (holding === undefined || holding.version >= version) return;
    this.#held.delete(session);
    this.#host?.replaced(session);
  }

  wrote(...news: Parameters<EngineEvents["wrote"]>): void {
    this.#rosters.hear(...news);
  }

  typing(room: string, name: string): void {
    this.#rosters.typing(room, name);
  }

  async healed(): Promise<void> {
    await this.#engine.beat(this.#options.leaseMs, this.#counts());
    await this.#comeBack();
  }

  // The heart.

  async #beatOn(): Promise<void> {
    const { log } = this.#options;
    try {
      await (this.#beating ??= this.#beat().finally(() => {
        this.#beating = null;
      }));
      if (!this.#reachable) log.info("the fleet is in reach again");
      this.#reachable = true;
    } catch (error) {
      // Said once, not with every beat.
      if (this.#reachable) log.error("the fleet is out of reach", { error });
      this.#reachable = false;
    }
  }

  async #beat(): Promise<void> {
    const known = this.#rosters.nodes;
    const beat = await this.#engine.beat(this.#options.leaseMs, this.#counts());
    if (!beat.held) await this.#comeBack();
    this.#nodes = beat.living.length + 1;
    this.#elsewhere = sum(beat.counts);
    const living = new Set(beat.living);
    if (this.#options.clock.now() >= this.#buriesFrom) {
      this.#rosters.bury(known.filter((node) => !living.has(node)));
    }
    for (const session of beat.own) {
      if (this.#held.has(session) || this.#pending.has(session)) continue;
      this.#ended.add(session);
    }
    await this.#releaseEnded();
    await this.#rosters.refresh();
  }

  /** Writes everything down again under the lease there is now. Whoever the
   * engine does not know either may be about to do the same. */
  async #comeBack(): Promise<void> {
    const { clock, leaseMs } = this.#options;
    this.#buriesFrom = clock.now() + leaseMs;
    const holdings = [...this.#held.values()];
    for (let start = 0; start < holdings.length; start += STEP) {
      const { replaced, outnamed } = await this.#engine.reassert(
        holdings.slice(start, start + STEP),
      );
      for (const session of replaced) this.taken(session, Infinity);
      for (const session of outnamed) {
        if (this.#held.delete(session)) this.#host?.outnamed(session);
      }
    }
    await this.#rosters.renew();
  }

  /** Lets go of what has ended, step by step. */
  #releaseEnded(): Promise<void> {
    return this.#releasing ??= this.#releaseAll().catch(() => {
      // The next heartbeat tries again.
    }).finally(() => {
      this.#releasing = null;
    });
  }

  async #releaseAll(): Promise<void> {
    while (this.#ended.size > 0) {
      const sessions = [...this.#ended].slice(0, STEP);
      await this.#engine.release(sessions);
      for (const session of sessions) this.#ended.delete(session);
    }
  }

  async #sayGoodbye(): Promise<void> {
    await this.#rosters.flush();
    await this.#releasing;
    // Sessions wait for their users to come back to another node.
    if (this.#held.size === 0) await this.#engine.leave();
    else await this.#engine.beat(this.#options.leaseMs, this.#counts());
  }

  #hold(holding: Holding): void {
    this.#ended.delete(holding.session);
    this.#held.set(holding.session, holding);
  }

  /**
   * Finds a name by asking the engine for some at a time.
   *
   * @param wanted As it was asked for; undefined for any.
   * @param ask Asks for one of some names.
   * @param fallback What any name is like; a nickname if there is none.
   * @throws {HubbubError} `bad_name`, `name_taken` or `store_unavailable`.
   */
  async #choose<T extends object>(
    wanted: string | undefined,
    ask: (choice: Choice) => Promise<Answer<T>>,
    fallback?: string,
  ): Promise<T> {
    const any = wanted === undefined;
    const [name, wrong] = any
      ? [fallback ?? nickname(() => false, this.#options.random)]
      : checked(wanted);
    const more = similar(name);
    let names = [name];
    while (true) {
      while (names.length < TRIES) names.push(more.next().value);
      const choice = { names: wrong === undefined ? names : [], any };
      const answer = await this.#ask(() => ask(choice));
      if (!("taken" in answer)) return answer;
      if (wrong !== undefined) throw wrong;
      if (answer.taken !== undefined) throw nameTaken(name, answer.taken);
      names = any ? [] : [name];
    }
  }

  /** Asks the engine; if that knows this node no longer, once more when it
   * does. */
  async #ask<T extends object>(ask: () => Promise<T | "unknown">): Promise<T> {
    const { log } = this.#options;
    try {
      let answer = await ask();
      if (answer === "unknown") {
        await this.#beat();
        answer = await ask();
      }
      if (answer !== "unknown") return answer;
      throw new Error("The engine does not know this node");
    } catch (error) {
      log.warn("names cannot be looked up", { error });
      throw new HubbubError("store_unavailable", {
        message: "Names cannot be looked up right now. Try again in a moment",
        retryAfterMs: RETRY_MS,
      });
    }
  }
}

/** A name as it is shown, or what is wrong with it. */
function checked(wanted: string): [name: string, wrong?: HubbubError] {
  try {
    return [checkName(wanted)];
  } catch (error) {
    if (error instanceof HubbubError) return [wanted, error];
    throw error;
  }
}

/** What all have counted, together. */
function sum(counts: readonly Counts[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const [counted, count] of counts.flatMap(Object.entries<number>)) {
    all.set(counted, (all.get(counted) ?? 0) + count);
  }
  return all;
}
