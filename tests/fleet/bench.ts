/** What the fleet contract's tests share: nodes, and what these are told. */

import {
  type Cancel,
  type Clock,
  type Monotonic,
  systemClock,
} from "../../server/runtime/clock.ts";
import type {
  Claim,
  Fleet,
  FleetHost,
  Held,
  Here,
  LocalRoom,
  Roster,
} from "../../server/fleet/fleet.ts";
import { turnsDone } from "../helpers/turns.ts";

/** Where one test's nodes meet. */
export interface Place extends AsyncDisposable {
  /** Starts a node; stopping it is the test's. */
  join(options: JoinOptions): Promise<Fleet>;
}

/** How a node is started. */
export interface JoinOptions {
  readonly clock: Clock;
  readonly leaseMs: number;
}

/** Short, so that nobody waits long for a node to be dead. */
export const LEASE_MS = 1_500;

/** The machine's clock for a process that can be stopped, and goes on. */
export class PausableClock implements Clock {
  #paused = false;
  #due: (() => void)[] = [];

  now(): number {
    return systemClock.now();
  }

  monotonic(): Monotonic {
    return systemClock.monotonic();
  }

  after(ms: number, act: () => void): Cancel {
    let on = true;
    const cancel = systemClock.after(ms, () => this.#do(() => on && act()));
    return () => {
      on = false;
      cancel();
    };
  }

  soon(act: () => void): void {
    systemClock.soon(() => this.#do(act));
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    const due = this.#due;
    this.#due = [];
    for (const act of due) act();
  }

  #do(act: () => void): void {
    if (this.#paused) this.#due.push(act);
    else act();
  }
}

/** Remembers what happens, and lets tests wait for it. */
class Watched {
  #wake: (() => void)[] = [];

  protected look(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }

  /** Resolves when something that happened has made this true. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((wake) => this.#wake.push(wake));
  }
}

/** One node, as its hub would use it. */
export class Node extends Watched implements FleetHost {
  readonly fleet: Fleet;
  /** Sessions that others have taken up. */
  readonly gone: string[] = [];
  /** Sessions whose persons other nodes have renamed. */
  readonly renames: (readonly [session: string, name: string])[] = [];
  /** Sessions that have lost their names. */
  readonly nameless: string[] = [];

  /** Pausing it stops the node's heart. */
  readonly clock: PausableClock;

  constructor(fleet: Fleet, clock: PausableClock) {
    super();
    this.fleet = fleet;
    this.clock = clock;
    fleet.begin(this);
  }

  replaced(session: string): void {
    this.gone.push(session);
    this.look();
  }

  renamed(session: string, name: string): void {
    this.renames.push([session, name]);
    this.look();
  }

  outnamed(session: string): void {
    this.nameless.push(session);
    this.look();
  }

  outOfReach(): void {}

  /** Claims what most tests leave out too. */
  async claim(claim: Partial<Claim> = {}): Promise<Held> {
    return await this.fleet.claim({
      session: undefined,
      name: undefined,
      user: undefined,
      dialect: "hubbub.v1",
      ...claim,
    });
  }

  /** Begins a session under a name. */
  begin(name?: string): Promise<Held> {
    return this.claim({ name });
  }

  /** Opens a room with these in it, by session and name. */
  async enter(
    room: string,
    members: Record<string, string> = {},
  ): Promise<RoomThere> {
    const there = new RoomThere(members);
    await there.open(this.fleet, room);
    return there;
  }
}

/** A room on one node. */
export class RoomThere extends Watched implements LocalRoom {
  /** Names by session, of this node. */
  members: Map<string, string>;
  /** What the others were last said to have. */
  readonly others = new Map<string, Roster>();
  /** How often a node was said to have nobody any more. */
  readonly departures: string[] = [];
  readonly typists: string[] = [];
  here!: Here;
  /** What is told instead of the members. */
  count: number | undefined;

  constructor(members: Record<string, string>) {
    super();
    this.members = new Map(Object.entries(members));
  }

  async open(fleet: Fleet, room: string): Promise<void> {
    this.here = await fleet.enter(room, this);
    for (const [node, roster] of this.here.others) {
      this.others.set(node, roster);
    }
    if (this.members.size > 0) this.here.changed();
  }

  /** Changes who of this node is here. */
  become(members: Record<string, string>): void {
    this.members = new Map(Object.entries(members));
    this.here.changed();
  }

  roster(): Roster {
    const { members, count } = this;
    return count === undefined ? { count: members.size, members } : { count };
  }

  elsewhere(node: string, roster: Roster | undefined): void {
    if (roster === undefined) {
      this.others.delete(node);
      this.departures.push(node);
    } else this.others.set(node, roster);
    this.look();
  }

  typing(name: string): void {
    this.typists.push(name);
    this.look();
  }

  /** The names of all others, in order. */
  get names(): string[] {
    return [...this.others.values()].flatMap(({ members }) => [
      ...members?.values() ?? [],
    ]).sort();
  }

  /** Resolves when these are the names of all others. */
  shows(...names: string[]): Promise<void> {
    return this.until(() => this.names.join() === names.join());
  }
}

/** The nodes of one test. */
export class FleetBench implements AsyncDisposable {
  readonly #place: Place;
  readonly #nodes = new Set<Node>();

  constructor(place: Place) {
    this.#place = place;
  }

  /** Starts one more node. */
  async join(): Promise<Node> {
    const clock = new PausableClock();
    const fleet = await this.#place.join({ clock, leaseMs: LEASE_MS });
    const node = new Node(fleet, clock);
    this.#nodes.add(node);
    return node;
  }

  /** Stops one as a server does. */
  async stop(node: Node): Promise<void> {
    this.#nodes.delete(node);
    node.clock.resume();
    await node.fleet.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#nodes].map((node) => this.stop(node)));
    await this.#place[Symbol.asyncDispose]();
    await turnsDone();
  }
}
