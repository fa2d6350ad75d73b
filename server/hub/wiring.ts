/**
 * The parts of a hub, and which of them tells which others of what. What each
 * is for stands in its own file.
 */

import type { Limits } from "../../protocol/events.ts";
import type { Clock } from "../runtime/clock.ts";
import { Enforcement } from "../moderation/enforcement.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { allow, Gate, personOf } from "../moderation/access_policy.ts";
import type { Logger } from "../runtime/logger.ts";
import { Moderation } from "../moderation/commands.ts";
import { Rooms } from "../rooms/room_registry.ts";
import { RoomCreation } from "../rooms/room_creation.ts";
import { HouseRules } from "../moderation/rules.ts";
import { Sessions } from "../sessions/session_registry.ts";
import type { Stats } from "../runtime/stats.ts";
import type { Store } from "../store/store.ts";
import { StoreHealth } from "./store_health.ts";
import { type Pending, Ticker } from "../rooms/group_commit.ts";
import { tickHooks } from "./commit_hooks.ts";

/** What the parts of a hub need. */
export interface HubPartsOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  /** The store's secret, for session tokens. */
  readonly secret: Uint8Array;
  readonly clock: Clock;
  /** Numbers from 0 up to 1. */
  readonly random: () => number;
  /** Called when this node has not reached its store for long, and others of
   * its fleet may: they can take its readers. */
  readonly cutOff: () => void;
  /** Makes ids for announcements, and for those who only listen. */
  readonly newId: () => string;
  readonly log: Logger;
  /** Called when something has thrown that belongs to no room, session or
   * message: what the hub knows may be wrong from now on. */
  readonly onFatal: (error: unknown) => void;
  readonly stats: Stats;
  readonly limits: Limits;
  /** Milliseconds a session outlives its connection. */
  readonly graceMs: number;
  /** Rooms open at once. */
  readonly maxRooms: number;
  /** New rooms a minute that one address may write to; 0 is no limit. */
  readonly roomRate: number;
  /** Rooms that one session may be in. */
  readonly maxRoomsPerSession: number;
}

/** What a hub is made of. */
export interface HubParts {
  readonly sessions: Sessions;
  readonly rooms: Rooms;
  readonly creation: RoomCreation;
  readonly ticker: Ticker;
  readonly health: StoreHealth;
  readonly rules: HouseRules;
  readonly gate: Gate;
  readonly enforcement: Enforcement;
  readonly moderation: Moderation;
}

/**
 * Makes the parts of a hub.
 *
 * @param options What they are made of.
 * @returns All of them, wired to one another.
 */
export function hubParts(options: HubPartsOptions): HubParts {
  const { store, fleet, clock, log, stats, random, newId } = options;
  const rules = new HouseRules();
  const gate = new Gate(rules, clock);
  const creation = new RoomCreation(options.roomRate, clock);
  const health = new StoreHealth({
    store,
    clock,
    log,
    random,
    cutOff: () => {
      // As many as there were when it was in reach.
      if (fleet.nodes > 1) options.cutOff();
    },
  });
  const sessions = new Sessions({
    fleet,
    secret: options.secret,
    clock,
    log,
    graceMs: options.graceMs,
    depart: (room, session) => rooms.depart(room, session),
    renamed: (sessions, old) => rooms.renamed(sessions, old),
    // An idle node learns so that it could not store anything.
    outOfReach: () => health.look(),
  });
  const rooms = new Rooms({
    store,
    fleet,
    clock,
    log,
    stats,
    maxRooms: options.maxRooms,
    maxRoomsPerSession: options.maxRoomsPerSession,
    wake: () => ticker.wake(),
    elsewhere: (room, roster) => sessions.arrivedElsewhere(room, roster),
    mayEnter(session, room) {
      allow(session, "read", room);
      gate.enter(personOf(session), room, session.grant);
    },
    standing: (session, room) => gate.standing(session, room),
    heard: (room, messages) => gate.heard(room, messages),
    failed: (session, error) => sessions.failed(session, error),
  });
  const ticker = new Ticker(
    { store, clock, stats, fatal: options.onFatal },
    tickHooks({
      rooms,
      gate,
      creation,
      health,
      stats,
      failed: (session, error) => sessions.failed(session, error),
    }),
  );
  const forRules = {
    store,
    rules,
    clock,
    log,
    rooms,
    sessions: () => sessions.all(),
    add: (pending: Pending) => ticker.add(pending),
  };
  const enforcement = new Enforcement({
    ...forRules,
    end: (session) => sessions.end(session),
  });
  const moderation = new Moderation({
    ...forRules,
    gate,
    newId,
    hasOthers: () => fleet.nodes > 1,
    maxText: options.limits.text,
  });
  return {
    sessions,
    rooms,
    creation,
    ticker,
    health,
    rules,
    gate,
    enforcement,
    moderation,
  };
}
