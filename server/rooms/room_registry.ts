/**
 * Registry of the open rooms: opens a room for its first member, closes it
 * after the last one, and runs the steps of a tick in each.
 */

import { CLOSE, type CloseReason } from "../../protocol/close_codes.ts";
import { HubbubError } from "../../protocol/errors.ts";
import type { ErrorEvent } from "../../protocol/events.ts";
import { PendingJoins } from "./pending_joins.ts";
import { Backfill } from "./backfill.ts";
import { FanOut } from "./fan_out.ts";
import { type Clock, Later } from "../runtime/clock.ts";
import {
  type Fleet,
  type Here,
  type Roster,
  whenHere,
} from "../fleet/fleet.ts";
import { SlowReaders } from "./slow_readers.ts";
import type { ReadQueue } from "./read_queue.ts";
import { OpenRoomLimits, type RoomClosed } from "./open_room_limits.ts";
import type { Logger } from "../runtime/logger.ts";
import {
  errorEventOf,
  STORE_RETRY_MS,
  STORE_UNAVAILABLE,
} from "./error_event.ts";
import { type PendingJoin, Room } from "./room.ts";
import { RoomLookalikes } from "./room_lookalikes.ts";
import type { RoomMemory } from "./room_memory.ts";
import type { Session, Standing } from "./session.ts";
import { attempt } from "../runtime/attempt.ts";
import type { Stats } from "../runtime/stats.ts";
import type { Store, StoredMessage } from "../store/store.ts";

/** Retry time of `rooms_full`, milliseconds. */
const FULL_RETRY_MS = 10_000;

/** Options of {@linkcode RoomRegistry}. */
export interface RoomRegistryOptions {
  readonly store: Store;
  readonly reads: ReadQueue;
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stats: Stats;
  /** What all rooms keep their messages in. */
  readonly memory?: RoomMemory;
  /** Most rooms open at once. */
  readonly maxRooms: number;
  /** Most rooms of one session. */
  readonly maxRoomsPerSession: number;
  readonly access: RoomAccess;
}

/** Who may be in a room, and do what. */
export interface RoomAccess {
  /**
   * Checks that a session may join a room.
   *
   * @throws {HubbubError} If it may not.
   */
  join(session: Session, room: string): void;
  /** Returns a session's rights in a room, and the room's rules. */
  standing(session: Session, room: string): Standing;
  /** Notes the messages that the store has fed. */
  heard(room: string, messages: readonly StoredMessage[]): void;
}

/** What the parts above the rooms are told. */
export interface RoomEvents {
  /** Something in a room is to be told: a tick is due. */
  changed(): void;
  /** Another node has told its members of a room. */
  elsewhere(room: string, roster: Roster): void;
  /** A session's code has thrown: close its connection. Must not throw. */
  failed(session: Session, error: unknown): void;
}

const NOBODY: Roster = { count: 0 };

/** A room, null until it is open, and its pending joins. */
interface Slot {
  room: Room | null;
  readonly pendingJoins: PendingJoins;
  /** Releases its place among the open rooms. */
  readonly closed: RoomClosed;
}

/** All open rooms. */
export class RoomRegistry {
  readonly #options: RoomRegistryOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #lookalikes = new RoomLookalikes();
  /** Rooms with changes since the last turn. */
  readonly #stirred = new Set<Room>();
  /** Rooms of the current tick, which have yet to announce leaves. */
  readonly #settling = new Set<Room>();
  /** Rooms with messages that are not delivered yet. */
  readonly #fed = new Set<Room>();
  readonly #fanOut: FanOut<Room>;
  readonly #limits: OpenRoomLimits;
  readonly #slowReaders: SlowReaders;
  readonly #backfill: Backfill;
  /** Retries, and looks at changes that wait. */
  readonly #later: Later;
  #events: RoomEvents = { changed() {}, elsewhere() {}, failed() {} };

  constructor(options: RoomRegistryOptions) {
    this.#options = options;
    const { reads, log, clock } = options;
    this.#limits = new OpenRoomLimits(options.maxRooms);
    this.#fanOut = new FanOut(clock, (room) => this.#step(room));
    this.#slowReaders = new SlowReaders(clock);
    this.#later = new Later(clock);
    this.#backfill = new Backfill({ reads, log, later: this.#later });
  }

  /** Says who is told of what happens in rooms. To be called once, before
   * anybody arrives. */
  begin(events: RoomEvents): void {
    this.#events = events;
  }

  get(name: string): Room | undefined {
    return this.#slots.get(name)?.room ?? undefined;
  }

  /** Returns every open room, in no order. */
  all(): Room[] {
    return [...this.#slots.values()].flatMap(({ room }) => room ?? []);
  }

  /**
   * Joins a session at the next tick, or when the room is open.
   *
   * @throws {HubbubError} `rooms_full`.
   */
  arrive(name: string, join: PendingJoin): void {
    const slot = this.#slots.get(name);
    if (slot === undefined) return this.#open(name, join);
    if (slot.room === null) slot.pendingJoins.wait(join);
    else slot.pendingJoins.arriveIn(slot.room, join);
  }

  /**
   * Returns why a room cannot be had that nobody has written to.
   *
   * @param name A room's name, as `checkRoom()` returns it.
   * @returns Undefined when it can.
   */
  refusalOfNew(name: string): HubbubError | undefined {
    return this.#lookalikes.errorOf(name);
  }

  depart(name: string, session: Session): void {
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    slot.pendingJoins.forget(session);
    if (slot.room === null) return;
    const { room } = slot;
    this.#contain(room, () => {
      room.depart(session);
      this.stir(room);
    });
  }

  /**
   * Records a rename in all rooms of a person's sessions.
   *
   * @param sessions Sessions that have the new name.
   * @param old Their name before.
   * @param name The new name.
   */
  renamed(sessions: readonly Session[], old: string, name: string): void {
    const counts = new Map<string, number>();
    for (const { members } of sessions) {
      for (const room of members.keys()) {
        counts.set(room, (counts.get(room) ?? 0) + 1);
      }
    }
    for (const [place, count] of counts) {
      const room = this.get(place);
      if (room === undefined) continue;
      this.#contain(room, () => {
        room.rename(old, name, count);
        this.stir(room);
      });
    }
  }

  /** Schedules a tick at the end of this turn, for this room. */
  stir(room: Room): void {
    this.#stirred.add(room);
    this.#events.changed();
  }

  /** Announces joins; before a tick's messages. A room that is still telling its
   * members of the former ones follows in a later tick. */
  announceJoins(): void {
    const crowded: Room[] = [];
    for (const room of this.#stirred) {
      this.#contain(room, () => {
        if (room.announcing) return;
        this.#stirred.delete(room);
        this.#settling.add(room);
        room.announceJoins();
        if (room.joining) crowded.push(room);
      });
    }
    for (const room of crowded) this.stir(room);
    this.#fanOut.run();
  }

  /** Delivers the messages that the store has fed, as far as the turn has
   * time. */
  deliver(): void {
    for (const room of this.#fed) this.#contain(room, () => room.deliver());
    this.#fed.clear();
    this.#fanOut.run();
  }

  /** Resolves when the members have got what was delivered, as far as their
   * sockets had room. */
  delivered(): Promise<void> {
    return this.#fanOut.idle();
  }

  /** Announces leaves, and closes empty rooms; after a tick's messages. */
  announceLeaves(): void {
    for (const room of this.#settling) {
      this.#contain(room, () => {
        room.announceLeaves();
        if (room.empty) this.#close(room);
      });
    }
    this.#settling.clear();
    this.#fanOut.run();
  }

  /** Cancels all retries, polls and looks at changes that wait. */
  stop(): void {
    this.#fanOut.stop();
    this.#slowReaders.stop();
    this.#later.stop();
  }

  /** Serves a few members of a room. Returns whether none is left. */
  #step(room: Room): boolean {
    let isDone = true;
    this.#contain(room, () => {
      const done = room.step();
      if (this.#stirred.has(room) && !room.announcing) this.#events.changed();
      isDone = done;
    });
    return isDone;
  }

  #open(name: string, join: PendingJoin): void {
    const closed = this.#limits.enter(join.session);
    if (closed === undefined) throw roomsFull();
    const { fleet, reads, log } = this.#options;
    const pendingJoins = new PendingJoins({
      reads,
      log,
      stir: (room) => this.stir(room),
    });
    pendingJoins.wait(join);
    const slot: Slot = { room: null, pendingJoins, closed };
    this.#slots.set(name, slot);
    this.#lookalikes.add(name);
    /** Runs an action with the room if it is open. */
    const inRoom = (act: (room: Room) => void) => {
      const { room } = slot;
      if (room !== null) this.#contain(room, () => act(room));
    };
    const enter = () =>
      whenHere(
        fleet.enter(name, {
          roster: () => {
            let roster = NOBODY;
            inRoom((room) => roster = room.roster);
            return roster;
          },
          elsewhere: (node, roster) =>
            inRoom((room) => {
              room.elsewhere(node, roster);
              this.stir(room);
              if (roster !== undefined) this.#events.elsewhere(name, roster);
            }),
          typing: (name) =>
            inRoom((room) => {
              room.typingElsewhere(name);
              this.stir(room);
            }),
        }),
        (here) => this.#follow(name, slot, here),
      );
    attempt(enter).catch((error) => this.#notOpened(name, slot, { error }));
  }

  #follow(name: string, slot: Slot, here: Here): void {
    const { store, reads, log, stats, memory } = this.#options;
    attempt(() =>
      store.follow(name, {
        append: (messages) => {
          if (slot.room === null) return;
          this.#options.access.heard(name, messages);
          slot.room.append(messages);
          this.#fed.add(slot.room);
          slot.pendingJoins.letIn(slot.room);
          this.#events.changed();
        },
        trimmed: (first) => slot.room?.trimmed(first),
        reset: (state) => {
          if (slot.room === null) return;
          slot.room.reset(state);
          this.#fanOut.run();
          slot.pendingJoins.letIn(slot.room);
        },
        failed: (error) => {
          // Also when the store breaks its contract. Readers reconnect and
          // resume from the store's state.
          if (slot.room !== null) this.#fail(slot.room, error, CLOSE.resync);
          else log.error("room not fed", { room: name, error });
        },
      })
    ).then((state) => {
      const refused = this.#limits.mayStay(name, state.head)
        ? state.head === 0 ? this.refusalOfNew(name) : undefined
        : roomsFull();
      if (refused !== undefined) {
        this.#attempt(name, () => store.unfollow(name));
        throw refused;
      }
      const room = new Room(name, state, {
        stats,
        ...(memory !== undefined && { memory }),
        marksGuests: reads.marksGuests,
        here,
        admits: (join) => this.#admits(name, join),
        standing: (session) => this.#options.access.standing(session, name),
        failed: (session, error) => this.#events.failed(session, error),
        fanOut: () => this.#fanOut.add(room),
        isOver: () => this.#fanOut.isOver,
        turn: () => this.#fanOut.turn,
        slow: (member) => this.#slowReaders.add(member, room),
        fetch: (member) => this.#backfill.fetch(member, room),
        now: () => this.#options.clock.monotonic(),
        lookLater: (ms) =>
          this.#later.add(ms, () => {
            if (this.get(name) !== room) return;
            this.#contain(room, () => room.looksAgain());
            this.stir(room);
          }),
      });
      slot.room = room;
      this.stir(room);
      this.#contain(room, () => {
        for (const join of slot.pendingJoins.takeAll()) {
          slot.pendingJoins.arriveIn(room, join);
        }
      });
    }).catch((error) => this.#notOpened(name, slot, { error, here }));
  }

  #notOpened(
    name: string,
    slot: Slot,
    { error, here }: { readonly error: unknown; readonly here?: Here },
  ): void {
    const { log } = this.#options;
    this.#drop(name, slot);
    const waiting = slot.pendingJoins.takeAll();
    const isRefused = error instanceof HubbubError;
    if (!isRefused && !waiting.some(({ again }) => again)) {
      log.error("room not opened", { room: name, error });
    }
    this.#attempt(name, () => here?.leave());
    this.#turnAway(name, waiting, isRefused ? errorEventOf(error) : undefined);
  }

  #drop(name: string, slot: Slot): void {
    this.#slots.delete(name);
    this.#lookalikes.delete(name);
    slot.closed();
  }

  /** Sends an error to the pending joins of a room, and retries some if that
   * can help. */
  #turnAway(
    name: string,
    waiting: readonly PendingJoin[],
    why: ErrorEvent = STORE_UNAVAILABLE,
  ): void {
    for (const { session, id, again } of waiting) {
      if (!again) session.reader?.tell({ ...why, id });
    }
    if (why.retryable) this.#again(name, waiting);
  }

  /** Runs an action in one room, so that a throw closes that room alone. */
  #contain(room: Room, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#fail(room, error);
    }
  }

  /** Closes a room that has thrown, since its state may be wrong. Its members
   * reconnect, and the room opens again. */
  #fail(
    room: Room,
    error: unknown,
    reason: CloseReason = CLOSE.internalError,
  ): void {
    const { log, store } = this.#options;
    const { name } = room;
    log.error("room failed", { room: name, error });
    for (const rooms of [this.#stirred, this.#settling, this.#fed]) {
      rooms.delete(room);
    }
    this.#fanOut.delete(room);
    const slot = this.#slots.get(name);
    let waiting: readonly PendingJoin[] = [];
    if (slot?.room === room) {
      this.#drop(name, slot);
      slot.room = null;
      waiting = slot.pendingJoins.takeAll();
      this.#attempt(name, () => store.unfollow(name));
    }
    room.disband(reason);
    this.#attempt(name, () => room.leave());
    this.#turnAway(name, waiting);
  }

  /** Runs a cleanup step, and logs what it throws. */
  #attempt(name: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#options.log.error("leaving the room failed", { room: name, error });
    }
  }

  /** Retries failed joins of sessions that cannot ask again: in some dialects
   * the room comes with the connection. */
  #again(name: string, pendingJoins: readonly PendingJoin[]): void {
    const waits = ({ session }: PendingJoin) =>
      session.current === name && session.reader !== null;
    const waiting = pendingJoins.filter(waits);
    if (waiting.length === 0) return;
    this.#later.add(STORE_RETRY_MS, () => {
      for (const join of waiting.filter(waits)) {
        try {
          this.arrive(name, { ...join, again: true });
        } catch (error) {
          if (error instanceof HubbubError) this.#again(name, [join]);
          else this.#events.failed(join.session, error);
        }
      }
    });
  }

  #close(room: Room): void {
    const slot = this.#slots.get(room.name);
    // It is closed already; a new room may have the same name.
    if (slot?.room !== room || !slot.pendingJoins.empty) return;
    this.#drop(room.name, slot);
    this.#fanOut.delete(room);
    this.#attempt(room.name, () => this.#options.store.unfollow(room.name));
    this.#attempt(room.name, () => room.leave());
  }

  /** Checks a join. Not earlier, since joins of the same turn do not count as
   * rooms yet, and permissions may have changed while the room opened. */
  #admits(name: string, { session, id }: PendingJoin): boolean {
    const { maxRoomsPerSession, access } = this.#options;
    try {
      access.join(session, name);
      if (session.members.size < maxRoomsPerSession) return true;
      throw new HubbubError("too_many_rooms");
    } catch (error) {
      if (!(error instanceof HubbubError)) throw error;
      session.reader?.tell({ ...errorEventOf(error), id });
      return false;
    }
  }
}

function roomsFull(): HubbubError {
  return new HubbubError("rooms_full", { retryAfterMs: FULL_RETRY_MS });
}
