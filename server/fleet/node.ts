/**
 * One node of a fleet: renews its lease, and owns what depends on it: the held
 * sessions (session_leases.ts) and the members in rooms (presence_sync.ts).
 * After an outage of the engine or of this node, it reads what has changed.
 */

import { HubbubError } from "../../protocol/errors.ts";
import {
  type Cancel,
  type Clock,
  every,
  LONG_AGO,
  type Monotonic,
  msAfter,
} from "../runtime/clock.ts";
import { jsonBytes } from "../runtime/json_size.ts";
import type { Logger } from "../runtime/logger.ts";
import { chooseName, type Wish } from "./choose_name.ts";
import type { Answer, Choice, Counts, Engine, EngineEvents } from "./engine.ts";
import type {
  Claim,
  Fleet,
  FleetHost,
  Held,
  Here,
  Lending,
  LocalRoom,
} from "./fleet.ts";
import { SessionLeases } from "./session_leases.ts";
import { PresenceSync } from "./presence_sync.ts";

/** Lease duration in milliseconds. A node renews it three times in this period,
 * so a dead node's members are removed after 16 seconds at most. */
export const LEASE_MS = 12_000;
/** Time limit to leave the fleet in milliseconds: a shutdown has 5 seconds in
 * total. */
const LEAVE_TIMEOUT_MS = 500;
const RETRY_MS = 1_000;
/** Maximum size of the counts that a node shares, in bytes of JSON: Deno KV
 * stores values of up to 64 KiB. */
const MOST_COUNTED = 40 * 1024;

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

/** A node. */
export class FleetNode implements Fleet, EngineEvents {
  readonly #options: FleetNodeOptions;
  readonly #engine: Engine;
  readonly #presenceSync: PresenceSync;
  readonly #leases: SessionLeases;
  #beating: Promise<void> | null = null;
  #stopBeating: Cancel = () => {};
  /** No node is taken for dead before, milliseconds since 1970. */
  #expiresFrom: Monotonic = LONG_AGO;
  /** The end of the lease. The engine's own end is later. */
  #heldUntil: Monotonic = LONG_AGO;
  #outOfReach: (error: unknown) => void = () => {};
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
    this.#presenceSync = new PresenceSync({ ...options, engine: this.#engine });
    this.#leases = new SessionLeases({
      ...options,
      engine: this.#engine,
      choose: (wish, ask) => this.#choose(wish, ask),
    });
  }

  get nodes(): number {
    return this.#nodes;
  }

  get holdsLease(): boolean {
    return this.#options.clock.monotonic() <= this.#heldUntil;
  }

  check(): Promise<void> {
    return this.#beating ??= this.#beat().finally(() => this.#beating = null);
  }

  /** Takes the lease, and renews it from now on. Rejects when the engine cannot
   * be reached. */
  async join(): Promise<void> {
    await this.#beat();
    const { clock, leaseMs } = this.#options;
    this.#stopBeating = every(clock, {
      ms: leaseMs / 3,
      run: () => void this.#beatOn(),
      failed: (error) => this.#options.log.error("heartbeat failed", { error }),
    });
  }

  begin(host: FleetHost): void {
    this.#outOfReach = (error) => host.outOfReach(error);
    this.#leases.begin(host);
  }

  share(counts: () => ReadonlyMap<string, number>): void {
    this.#counts = () => fitting(counts());
  }

  get elsewhere(): ReadonlyMap<string, number> {
    return this.#elsewhere;
  }

  claim(claim: Claim): Promise<Held> {
    return this.#leases.claim(claim);
  }

  rename(
    session: string,
    wanted: string,
    options: { readonly signed?: boolean } = {},
  ): Promise<string> {
    return this.#leases.rename(session, wanted, options);
  }

  nameOf(session: string): string | undefined {
    return this.#leases.nameOf(session);
  }

  lend(
    wanted: string | undefined,
    { user, fallback, signed = false }: Lending,
  ): Promise<string> {
    return this.#leases.lend({ wanted, fallback, signed }, user);
  }

  release(session: string): void {
    this.#leases.release(session);
  }

  async enter(room: string, local: LocalRoom): Promise<Here> {
    return await this.#presenceSync.enter(room, local);
  }

  async stop(): Promise<void> {
    this.#stopBeating();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(LEAVE_TIMEOUT_MS, resolve);
    await Promise.race([this.#sayGoodbye().catch(() => {}), late]);
    cancel();
    await this.#engine.close();
  }

  // What the engine tells.

  met(): void {
    this.#options.clock.soon(() => void this.#beatOn());
  }

  taken(session: string, version: number): void {
    this.#leases.taken(session, version);
  }

  renamed(session: string, name: string, named: number | undefined): void {
    this.#leases.renamed(session, { name, named });
  }

  wrote(...news: Parameters<EngineEvents["wrote"]>): void {
    this.#presenceSync.hear(...news);
  }

  missed(room: string): void {
    this.#presenceSync.missed(room);
  }

  typing(room: string, name: string): void {
    this.#presenceSync.typing(room, name);
  }

  async healed(): Promise<void> {
    const began = this.#options.clock.monotonic();
    await this.#engine.beat(this.#options.leaseMs, this.#counts());
    await this.#comeBack();
    this.#holdSince(began);
  }

  // The heart.

  async #beatOn(): Promise<void> {
    await this.check().catch(this.#outOfReach);
  }

  /** Records a renewed lease, once the engine knows again what this node
   * holds. */
  #holdSince(began: Monotonic): void {
    this.#heldUntil = msAfter(began, this.#options.leaseMs);
  }

  async #beat(): Promise<void> {
    const known = this.#presenceSync.nodes;
    const began = this.#options.clock.monotonic();
    const beat = await this.#engine.beat(this.#options.leaseMs, this.#counts());
    if (!beat.held) await this.#comeBack();
    this.#holdSince(began);
    this.#nodes = beat.living.length + 1;
    this.#elsewhere = sum(beat.counts);
    const living = new Set(beat.living);
    if (this.#options.clock.monotonic() >= this.#expiresFrom) {
      this.#presenceSync.removeNodes(known.filter((node) => !living.has(node)));
    }
    this.#leases.disown(beat.own);
    await this.#leases.letGo();
    await this.#presenceSync.refresh();
  }

  /** Writes everything down again under the lease there is now. */
  async #comeBack(): Promise<void> {
    const { clock, leaseMs } = this.#options;
    this.#expiresFrom = msAfter(clock.monotonic(), leaseMs);
    await this.#leases.reassert();
    await this.#presenceSync.renew();
  }

  async #sayGoodbye(): Promise<void> {
    await this.#presenceSync.flush();
    await this.#leases.settled();
    // Sessions wait for their users to come back to another node.
    if (this.#leases.size === 0) await this.#engine.leave();
    else await this.#engine.beat(this.#options.leaseMs, this.#counts());
  }

  /** Finds a name that can be had; see {@linkcode chooseName}. */
  #choose<T extends object>(
    wish: Wish,
    ask: (choice: Choice) => Promise<Answer<T>>,
  ): Promise<T> {
    return chooseName(
      wish,
      (choice) => this.#ask(() => ask(choice)),
      this.#options.random,
    );
  }

  /** Asks the engine; if that knows this node no longer, once more when it
   * does. */
  async #ask<T extends object>(ask: () => Promise<T | "unknown">): Promise<T> {
    try {
      let answer = await ask();
      if (answer === "unknown") {
        await this.#beat();
        answer = await ask();
      }
      if (answer !== "unknown") return answer;
      throw new Error("The engine does not know this node");
    } catch (error) {
      this.check().then(
        () => this.#options.log.error("name not looked up", { error }),
        this.#outOfReach,
      );
      throw new HubbubError("store_unavailable", {
        message: "Names cannot be looked up right now. Try again in a moment",
        retryAfterMs: RETRY_MS,
      });
    }
  }
}

/** Returns the first counts that fit into a stored value. */
function fitting(counts: ReadonlyMap<string, number>): Counts {
  const all: Record<string, number> = {};
  let bytes = 2;
  for (const [counted, count] of counts) {
    bytes += jsonBytes(counted) + String(count).length + 4;
    if (bytes > MOST_COUNTED) break;
    all[counted] = count;
  }
  return all;
}

/** What all have counted, together. */
function sum(counts: readonly Counts[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const [counted, count] of counts.flatMap(Object.entries<number>)) {
    all.set(counted, (all.get(counted) ?? 0) + count);
  }
  return all;
}
