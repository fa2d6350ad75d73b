/** Creates the parts of a hub and connects them. */

import type { Limits } from "../../protocol/events.ts";
import type { Clock } from "../runtime/clock.ts";
import { Enforcement } from "../moderation/enforcement.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { AccessPolicy } from "../moderation/access_policy.ts";
import type { Logger } from "../runtime/logger.ts";
import { Moderation } from "../moderation/commands.ts";
import { RoomMemory } from "../rooms/room_memory.ts";
import { RoomRegistry } from "../rooms/room_registry.ts";
import { ReadQueue } from "../rooms/read_queue.ts";
import { RoomCreation } from "../rooms/room_creation.ts";
import { ModerationRules } from "../moderation/rules.ts";
import { SessionRegistry } from "../sessions/session_registry.ts";
import { ResourceLedger } from "../runtime/resource_ledger.ts";
import type { Stats } from "../runtime/stats.ts";
import type { Store } from "../store/store.ts";
import { HealthCheck } from "./health_check.ts";
import { GroupCommit } from "../rooms/group_commit.ts";
import { commitHooks } from "./commit_hooks.ts";

/** Options of {@linkcode hubParts}. */
export interface HubPartsOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  /** The store's secret, which signs resume tokens. */
  readonly secret: Uint8Array;
  readonly clock: Clock;
  /** Returns random numbers from 0 up to 1. */
  readonly random: () => number;
  /** Called when this node has not reached its store for long, while other
   * nodes may: its clients can move to them. */
  readonly cutOff: () => void;
  /** Creates ids for announcements and listeners. */
  readonly newId: () => string;
  readonly log: Logger;
  /** Called on a fault outside any room, session or message: the hub's state
   * may be wrong from then on. */
  readonly onFatal: (error: unknown) => void;
  readonly stats: Stats;
  /** Knows what is held for clients; nothing is without it. */
  readonly ledger?: ResourceLedger;
  readonly limits: Limits;
  /** Grace period: milliseconds that a session outlives its connection. */
  readonly graceMs: number;
  /** Most rooms open at once. */
  readonly maxRooms: number;
  /** New rooms a minute that one address may create; 0 is no limit. */
  readonly roomRate: number;
  /** Most rooms of one session. */
  readonly maxRoomsPerSession: number;
  /** Whether messages of guests are marked for readers; not by default. */
  readonly marksGuests?: boolean;
}

/** The parts of a hub. */
export interface HubParts {
  readonly sessions: SessionRegistry;
  readonly reads: ReadQueue;
  readonly rooms: RoomRegistry;
  readonly creation: RoomCreation;
  readonly groupCommit: GroupCommit;
  /** Of the store. */
  readonly health: HealthCheck;
  /** Of the connection to the fleet. */
  readonly fleetHealth: HealthCheck;
  readonly rules: ModerationRules;
  readonly accessPolicy: AccessPolicy;
  readonly enforcement: Enforcement;
  readonly moderation: Moderation;
}

/** Creates the parts of a hub, connected to one another. */
export function hubParts(options: HubPartsOptions): HubParts {
  const { store, fleet, clock, log, stats, random, newId } = options;
  const rules = new ModerationRules();
  const accessPolicy = new AccessPolicy(rules, clock);
  const creation = new RoomCreation(options.roomRate, clock);
  const cutOff = () => {
    // The number of nodes when the engine was last in reach.
    if (fleet.nodes > 1) options.cutOff();
  };
  const health = new HealthCheck({
    check: () => store.check(),
    words: {
      fails: "store fails; messages are refused",
      failsOtherwise: "store still fails, for another reason",
      works: "store works again",
    },
    clock,
    log,
    random,
    cutOff,
  });
  const fleetHealth = new HealthCheck({
    check: () => fleet.check(),
    words: {
      fails: "the fleet is out of reach",
      failsOtherwise: "the fleet is still out of reach, for another reason",
      works: "fleet available again",
    },
    clock,
    log,
    random,
    cutOff,
  });
  const { ledger = new ResourceLedger() } = options;
  const reads = new ReadQueue({
    store,
    clock,
    ledger,
    marksGuests: options.marksGuests,
  });
  const rooms = new RoomRegistry({
    store,
    reads,
    fleet,
    clock,
    log,
    stats,
    memory: new RoomMemory({
      onChange: (bytes) => ledger.set("room", bytes),
    }),
    maxRooms: options.maxRooms,
    maxRoomsPerSession: options.maxRoomsPerSession,
    access: accessPolicy,
  });
  const sessions = new SessionRegistry({
    fleet,
    secret: options.secret,
    clock,
    log,
    graceMs: options.graceMs,
    rooms,
    outOfReach: (error) => {
      fleetHealth.fails(error);
      // An idle node learns this way that the store is out of reach.
      health.look();
    },
  });
  const groupCommit = new GroupCommit(
    { store, clock, stats, fatal: options.onFatal },
    commitHooks({
      rooms,
      accessPolicy,
      creation,
      health,
      stats,
      store,
      sessions,
    }),
  );
  rooms.begin({
    changed: () => groupCommit.wake(),
    elsewhere: (room, roster) => sessions.arrivedElsewhere(room, roster),
    failed: (session, error) => sessions.failed(session, error),
  });
  const forRules = {
    store,
    rules,
    clock,
    log,
    rooms,
    sessions,
    groupCommit,
  };
  const enforcement = new Enforcement(forRules);
  const moderation = new Moderation({
    ...forRules,
    reads,
    accessPolicy,
    newId,
    hasOthers: () => fleet.nodes > 1,
    maxText: options.limits.text,
  });
  return {
    sessions,
    reads,
    rooms,
    creation,
    groupCommit,
    health,
    fleetHealth,
    rules,
    accessPolicy,
    enforcement,
    moderation,
  };
}
