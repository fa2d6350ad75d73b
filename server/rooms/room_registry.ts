/**
 * The rooms that have members: opened when the first comes, dropped after the
 * last has gone, and what each has to do around a tick.
 */

import { CLOSE, type CloseReason } from "../../protocol/close_codes.ts";
import { HubbubError } from "../../protocol/errors.ts";
import type { ErrorEvent } from "../../protocol/events.ts";
import { Arrivals } from "./pending_joins.ts";
import { CatchUp } from "./backfill.ts";
import { type Clock, Later } from "../runtime/clock.ts";
import {
  type Fleet,
  type Here,
  type Roster,
  whenHere,
} from "../fleet/fleet.ts";
import { Laggards } from "./slow_readers.ts";
import { OpenRoomLimits, type RoomClosed } from "./open_room_limits.ts";
import type { Logger } from "../runtime/logger.ts";
import { refusal, STORE_RETRY_MS, STORE_UNAVAILABLE } from "./error_event.ts";
import { type Arrival, Room } from "./room.ts";
import type { Session, Standing } from "./session.ts";
import { attempt } from "../runtime/attempt.ts";
import type { Stats } from "../runtime/stats.ts";
import type { Store, StoredMessage } from "../store/store.ts";

/** How often it is told how many are in a room that lists nobody, at most,
 * milliseconds. */
const RECOUNT_MS = 1_000;

/** When to try again where all rooms are taken, milliseconds. */
const FULL_RETRY_MS = 10_000;

/** What {@linkcode Rooms} needs. */
export interface RoomsOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stats: Stats;
  /** Rooms open at once. */
  readonly maxRooms: number;
  /** Rooms that one session may be in. */
  readonly maxRoomsPerSession: number;
  /** Makes sure, when a room has been opened, that somebody may still come in.
   *
   * @throws {HubbubError} Why not. */
  readonly mayEnter: (session: Session, room: string) => void;
  /** What a session may do in a room, and what holds there. */
  readonly standing: (session: Session, room: string) => Standing;
  /** Told of what the store has fed. */
  readonly heard: (room: string, messages: readonly StoredMessage[]) => void;
  /** Asks for a tick. */
  readonly wake: () => void;
  /** Told whom another node has in a room. */
  readonly elsewhere: (room: string, roster: Roster) => void;
  /** Ends a session of which something has thrown. Never throws. */
  readonly failed: (session: Session, error: unknown) => void;
}

const NOBODY: Roster = { count: 0 };

/** A room, null until it has been opened, and who waits for it. */
interface Slot {
  room: Room | null;
  readonly arrivals: Arrivals;
  /** Gives its place among the open rooms back. */
  readonly closed: RoomClosed;
}

/** All rooms that are open. */
export class Rooms {
  readonly #options: RoomsOptions;
  readonly #slots = new Map<string, Slot>();
  /** Rooms in which something happened since the last turn ended. */
  readonly #stirred = new Set<Room>();
  /** Rooms of the tick that is under way, to be told who went. */
  readonly #settling = new Set<Room>();
  /** Rooms whose logs have grown since they were last delivered. */
  readonly #fed = new Set<Room>();
  readonly #limits: OpenRoomLimits;
  readonly #laggards: Laggards;
  readonly #catchUp: CatchUp;
  /** What is tried again, or told, later. */
  readonly #later: Later;

  constructor(options: RoomsOptions) {
    this.#options = options;
    const { store, log, clock } = options;
    this.#limits = new OpenRoomLimits(options.maxRooms);
    this.#laggards = new Laggards(clock);
    this.#later = new Later(clock);
    this.#catchUp = new CatchUp({ store, log, later: this.#later });
  }

  get(name: string): Room | undefined {
    return this.#slots.get(name)?.room ?? undefined;
  }

  /** Every room that is open, in no order. */
  all(): Room[] {
    return [...this.#slots.values()].flatMap(({ room }) => room ?? []);
  }

  /**
   * Lets somebody in at the next tick, or when the room has been opened.
   *
   * @throws {HubbubError} `rooms_full`.
   */
  arrive(name: string, arrival: Arrival): void {
    const slot = this.#slots.get(name);
    if (slot === undefined) return this.#open(name, arrival);
    if (slot.room === null) slot.arrivals.wait(arrival);
    else slot.arrivals.arriveIn(slot.room, arrival);
  }

  depart(name: string, session: Session): void {
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    slot.arrivals.forget(session);
    if (slot.room === null) return;
    const { room } = slot;
    this.#contain(room, () => {
      room.depart(session);
      this.stir(room);
    });
  }

  /** Tells a session's rooms that it was called `old`. */
  renamed(sessions: readonly Session[], old: string): void {
    const names = new Set(
      sessions.flatMap(({ members }) => [...members.keys()]),
    );
    for (const name of names) {
      const room = this.get(name);
      if (room === undefined) continue;
      this.#contain(room, () => {
        room.rename(sessions.filter((session) => room.has(session)), old);
        this.stir(room);
      });
    }
  }

  /** Makes sure that a tick ends this turn, and that it looks at this room. */
  stir(room: Room): void {
    this.#stirred.add(room);
    this.#options.wake();
  }

  /** Before a tick's messages. */
  announceArrivals(): void {
    for (const room of this.#stirred) {
      this.#settling.add(room);
      this.#contain(room, () => room.announceArrivals());
    }
    this.#stirred.clear();
  }

  /** Sends what the store has fed. */
  deliver(): void {
    for (const room of this.#fed) this.#contain(room, () => room.deliver());
    this.#fed.clear();
  }

  /** After a tick's messages. */
  announceDepartures(): void {
    for (const room of this.#settling) {
      this.#contain(room, () => {
        room.announceDepartures();
        if (room.empty) this.#close(room);
      });
    }
    this.#settling.clear();
  }

  /** Stops everything that is to happen later. */
  stop(): void {
    this.#laggards.stop();
    this.#later.stop();
  }

  #open(name: string, arrival: Arrival): void {
    const closed = this.#limits.enter(arrival.session);
    if (closed === undefined) throw roomsFull();
    const { fleet, store, log, elsewhere } = this.#options;
    const arrivals = new Arrivals({
      store,
      log,
      stir: (room) => this.stir(room),
    });
    arrivals.wait(arrival);
    const slot: Slot = { room: null, arrivals, closed };
    this.#slots.set(name, slot);
    /** Does something with the room, if it is open. */
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
              if (roster !== undefined) elsewhere(name, roster);
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
    const { store, log, stats } = this.#options;
    attempt(() =>
      store.follow(name, {
        append: (messages) => {
          if (slot.room === null) return;
          this.#options.heard(name, messages);
          slot.room.append(messages);
          this.#fed.add(slot.room);
          slot.arrivals.letIn(slot.room);
          this.#options.wake();
        },
        trimmed: (first) => slot.room?.trimmed(first),
        reset: (state) => {
          if (slot.room === null) return;
          slot.room.reset(state);
          slot.arrivals.letIn(slot.room);
        },
        failed: (error) => {
          // Also when the store breaks its contract. The readers come back and
          // resume from what it has.
          if (slot.room !== null) this.#fail(slot.room, error, CLOSE.resync);
          else log.error("room not fed", { room: name, error });
        },
      })
    ).then((state) => {
      if (!this.#limits.mayStay(name, state.head)) {
        this.#attempt(name, () => store.unfollow(name));
        throw roomsFull();
      }
      const room = new Room(name, state, {
        stats,
        here,
        admits: (arrival) => this.#admits(name, arrival),
        standing: (session) => this.#options.standing(session, name),
        failed: this.#options.failed,
        lagging: (member) => this.#laggards.add(member, room),
        fetch: (member) => this.#catchUp.fetch(member, room),
        recountLater: () =>
          this.#later.add(RECOUNT_MS, () => {
            if (this.get(name) !== room) return;
            this.#contain(room, () => room.recount());
            this.stir(room);
          }),
      });
      slot.room = room;
      this.stir(room);
      this.#contain(room, () => {
        for (const arrival of slot.arrivals.takeAll()) {
          slot.arrivals.arriveIn(room, arrival);
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
    const waiting = slot.arrivals.takeAll();
    const isRefused = error instanceof HubbubError;
    if (!isRefused && !waiting.some(({ again }) => again)) {
      log.error("room not opened", { room: name, error });
    }
    this.#attempt(name, () => here?.leave());
    this.#turnAway(name, waiting, isRefused ? refusal(error) : undefined);
  }

  #drop(name: string, slot: Slot): void {
    this.#slots.delete(name);
    slot.closed();
  }

  /** Tells those who waited for a room that it cannot be had now. */
  #turnAway(
    name: string,
    waiting: readonly Arrival[],
    why: ErrorEvent = STORE_UNAVAILABLE,
  ): void {
    for (const { session, id, again } of waiting) {
      if (!again) session.reader?.tell({ ...why, id });
    }
    this.#again(name, waiting);
  }

  /** What goes wrong in one room must not reach the others. */
  #contain(room: Room, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#fail(room, error);
    }
  }

  /** A room has thrown: what it knows may be wrong. Everybody there is closed,
   * and comes back to a room that is opened anew. */
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
    const slot = this.#slots.get(name);
    let waiting: readonly Arrival[] = [];
    if (slot?.room === room) {
      this.#drop(name, slot);
      slot.room = null;
      waiting = slot.arrivals.takeAll();
      this.#attempt(name, () => store.unfollow(name));
    }
    room.disband(reason);
    this.#attempt(name, () => room.leave());
    this.#turnAway(name, waiting);
  }

  /** Does what may fail without harm to anything else. */
  #attempt(name: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#options.log.error("room not left well", { room: name, error });
    }
  }

  /** Lets in later who could not be let in now and has no request to ask for it
   * once more: in some dialects the room comes with the connection. */
  #again(name: string, arrivals: readonly Arrival[]): void {
    const waits = ({ session }: Arrival) =>
      session.current === name && session.reader !== null;
    const waiting = arrivals.filter(waits);
    if (waiting.length === 0) return;
    this.#later.add(STORE_RETRY_MS, () => {
      for (const arrival of waiting.filter(waits)) {
        try {
          this.arrive(name, { ...arrival, again: true });
        } catch (error) {
          if (error instanceof HubbubError) this.#again(name, [arrival]);
          else this.#options.failed(arrival.session, error);
        }
      }
    });
  }

  #close(room: Room): void {
    const slot = this.#slots.get(room.name);
    // It was closed already, and perhaps there is another one of that name.
    if (slot?.room !== room || !slot.arrivals.empty) return;
    this.#drop(room.name, slot);
    this.#attempt(room.name, () => this.#options.store.unfollow(room.name));
    this.#attempt(room.name, () => room.leave());
  }

  /** Looked at as late as here: of many joins in one turn none is a room yet,
   * and rights may have changed while a room was being opened. */
  #admits(name: string, { session, id }: Arrival): boolean {
    const { maxRoomsPerSession, mayEnter } = this.#options;
    try {
      mayEnter(session, name);
      if (session.members.size < maxRoomsPerSession) return true;
      throw new HubbubError("too_many_rooms");
    } catch (error) {
      if (!(error instanceof HubbubError)) throw error;
      session.reader?.tell({ ...refusal(error), id });
      return false;
    }
  }
}

function roomsFull(): HubbubError {
  return new HubbubError("rooms_full", { retryAfterMs: FULL_RETRY_MS });
}
