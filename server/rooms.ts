/**
 * The rooms that have members: opened when the first comes, dropped after the
 * last has gone. Owns what rooms need from outside: the store behind their
 * logs.
 */

import { CLOSE } from "../protocol/close_codes.ts";
import { HubbubError } from "../protocol/errors.ts";
import type { Cancel, Clock } from "./clock.ts";
import { type Fleet, type Here, type Roster, whenHere } from "./fleet/fleet.ts";
import { Laggards } from "./laggards.ts";
import type { Logger } from "./log.ts";
import { refusal, STORE_RETRY_MS, STORE_UNAVAILABLE } from "./refusals.ts";
import { type Arrival, Room } from "./room.ts";
import type { Member, Session } from "./session.ts";
import type { Stats } from "./stats.ts";
import type { Standing } from "./gate.ts";
import type { Page, Store, StoredMessage } from "./store/store.ts";

/** How often it is told how many are in a room that lists nobody, at most,
 * milliseconds. */
const RECOUNT_MS = 1_000;
/** Messages read at once for a member that fell behind what is in memory. */
const FETCH = 256;

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
  /** What a session may do in a room, and what holds there. */
  readonly standing: (session: Session, room: string) => Standing;
  /** Told of what the store has fed. */
  readonly heard: (room: string, messages: readonly StoredMessage[]) => void;
  /** Asks for a tick. */
  readonly wake: () => void;
  /** Told whom another node has in a room. */
  readonly elsewhere: (room: string, roster: Roster) => void;
}

const NOBODY: Roster = { count: 0 };

/** A room, and who waits for it to be opened, or to know of what they know. */
interface Slot {
  room: Room | null;
  waiting: Arrival[];
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
  readonly #laggards: Laggards;
  /** Reads under way, by what they read. */
  readonly #reads = new Map<string, Promise<Page>>();
  /** Of reads that failed and are tried again. */
  readonly #retries = new Set<Cancel>();

  constructor(options: RoomsOptions) {
    this.#options = options;
    this.#laggards = new Laggards(options.clock);
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
    if (slot.room === null) {
      slot.waiting.push(arrival);
      return;
    }
    this.#arriveIn(slot, slot.room, arrival);
  }

  depart(name: string, session: Session): void {
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    slot.waiting = slot.waiting.filter((other) => other.session !== session);
    if (slot.room === null) return;
    slot.room.depart(session);
    this.stir(slot.room);
  }

  /** Tells a session's rooms that it was called `old`. */
  renamed(session: Session, old: string): void {
    for (const name of session.members.keys()) {
      const room = this.get(name);
      if (room === undefined) continue;
      room.rename(session, old);
      this.stir(room);
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
      room.announceArrivals();
      this.#settling.add(room);
    }
    this.#stirred.clear();
  }

  /** Sends what the store has fed. */
  deliver(): void {
    for (const room of this.#fed) room.deliver();
    this.#fed.clear();
  }

  /** After a tick's messages. */
  announceDepartures(): void {
    for (const room of this.#settling) {
      room.announceDepartures();
      if (room.empty) this.#close(room);
    }
    this.#settling.clear();
  }

  /** Stops everything that is to happen later. */
  stop(): void {
    this.#laggards.stop();
    for (const cancel of this.#retries) cancel();
    this.#retries.clear();
  }

  #open(name: string, arrival: Arrival): void {
    if (this.#slots.size >= this.#options.maxRooms) {
      throw new HubbubError("rooms_full", { retryAfterMs: FULL_RETRY_MS });
    }
    const { fleet, elsewhere } = this.#options;
    const slot: Slot = { room: null, waiting: [arrival] };
    this.#slots.set(name, slot);
    const here = fleet.enter(name, {
      roster: () => slot.room?.roster ?? NOBODY,
      elsewhere: (node, roster) => {
        if (slot.room === null) return;
        slot.room.elsewhere(node, roster);
        this.stir(slot.room);
        if (roster !== undefined) elsewhere(name, roster);
      },
      typing: (name) => {
        if (slot.room === null) return;
        slot.room.typingElsewhere(name);
        this.stir(slot.room);
      },
    });
    whenHere(here, (here) => this.#follow(name, slot, here));
  }

  #follow(name: string, slot: Slot, here: Here): void {
    const { store, log, stats } = this.#options;
    store.follow(name, {
      append: (messages) => {
        if (slot.room === null) return;
        this.#options.heard(name, messages);
        try {
          slot.room.append(messages);
        } catch (error) {
          // A store that breaks its contract must not cost other rooms their
          // messages. The readers come back and resume from what it has.
          log.error("fed out of order", { room: name, error });
          return slot.room.disband(CLOSE.resync);
        }
        this.#fed.add(slot.room);
        this.#letInAll(slot, slot.room);
        this.#options.wake();
      },
      trimmed: (first) => slot.room?.trimmed(first),
      reset: (state) => {
        if (slot.room === null) return;
        slot.room.reset(state);
        this.#letInAll(slot, slot.room);
      },
    }).then((state) => {
      const room = new Room(name, state, {
        stats,
        here,
        admits: (arrival) => this.#admits(arrival),
        standing: (session) => this.#options.standing(session, name),
        lagging: (member) => this.#laggards.add(member, room),
        fetch: (member) => this.#fetch(member, room),
        recountLater: () =>
          this.#later(() => {
            room.recount();
            if (this.get(name) === room) this.stir(room);
          }, RECOUNT_MS),
      });
      slot.room = room;
      this.stir(room);
      const { waiting } = slot;
      slot.waiting = [];
      for (const arrival of waiting) this.#arriveIn(slot, room, arrival);
    }).catch((error) => {
      here.leave();
      this.#slots.delete(name);
      const { waiting } = slot;
      if (!waiting.some(({ again }) => again)) {
        log.error("room not opened", { room: name, error });
      }
      for (const { session, id, again } of waiting) {
        if (!again) session.reader?.tell({ ...STORE_UNAVAILABLE, id });
      }
      this.#again(name, waiting);
    });
  }

  /** Lets in later who could not be let in now and has no request to ask for it
   * once more: in some dialects the room comes with the connection. */
  #again(name: string, arrivals: readonly Arrival[]): void {
    const waits = ({ session }: Arrival) =>
      session.current === name && session.reader !== null;
    const waiting = arrivals.filter(waits);
    if (waiting.length === 0) return;
    this.#later(() => {
      for (const arrival of waiting.filter(waits)) {
        try {
          this.arrive(name, { ...arrival, again: true });
        } catch (error) {
          if (!(error instanceof HubbubError)) throw error;
          this.#again(name, [arrival]);
        }
      }
    });
  }

  /** Who comes from another node may have seen there what this one is not told
   * of yet, and waits for it; for as long as it takes, if the store has it. */
  #arriveIn(slot: Slot, room: Room, arrival: Arrival): void {
    if (!room.lags(arrival)) return this.#letIn(slot, room, [arrival]);
    const { store, log } = this.#options;
    const { session, since, id } = arrival;
    slot.waiting.push(arrival);
    store.read(room.name, { after: room.head, limit: 1 }).then(
      ({ epoch, head }) => {
        if (!slot.waiting.includes(arrival)) return;
        if (epoch === since?.epoch && head >= since.seq) return;
        this.#letIn(slot, room, [arrival]);
      },
      (error) => {
        log.error("read failed", { room: room.name, error });
        if (!slot.waiting.includes(arrival)) return;
        slot.waiting = slot.waiting.filter((other) => other !== arrival);
        session.reader?.tell({ ...STORE_UNAVAILABLE, id });
        this.stir(room);
      },
    );
  }

  /** Lets in who has seen no more than this node knows of by now. */
  #letInAll(slot: Slot, room: Room): void {
    if (slot.waiting.length === 0) return;
    const arrivals = slot.waiting.filter((arrival) => !room.lags(arrival));
    this.#letIn(slot, room, arrivals);
  }

  #letIn(slot: Slot, room: Room, arrivals: readonly Arrival[]): void {
    slot.waiting = slot.waiting.filter((other) => !arrivals.includes(other));
    for (const arrival of arrivals) room.arrive(arrival);
    this.stir(room);
  }

  /** Does something later, such as trying once more. */
  #later(act: () => void, ms = STORE_RETRY_MS): void {
    const cancel = this.#options.clock.after(ms, () => {
      this.#retries.delete(cancel);
      act();
    });
    this.#retries.add(cancel);
  }

  #close(room: Room): void {
    const slot = this.#slots.get(room.name);
    // It was closed already, and perhaps there is another one of that name.
    if (slot?.room !== room || slot.waiting.length > 0) return;
    this.#slots.delete(room.name);
    this.#options.store.unfollow(room.name);
    room.leave();
  }

  /** Counted as late as here: of many joins in one turn none is a room yet. */
  #admits({ session, id }: Arrival): boolean {
    const { maxRoomsPerSession } = this.#options;
    if (session.members.size < maxRoomsPerSession) return true;
    const error = new HubbubError("too_many_rooms");
    session.reader?.tell({ ...refusal(error), id });
    return false;
  }

  #fetch(member: Member, room: Room): void {
    const { log } = this.#options;
    const after = member.cursor;
    const { epoch, removals } = room;
    member.fetching = true;
    this.#read(room, after).then((page) => {
      // The room will be told of it; until then there is nothing to send.
      if (page.epoch !== epoch && room.epoch === epoch) {
        throw new Error("The log has begun a new life");
      }
      member.fetching = false;
      // It was set elsewhere meanwhile: this is not what follows there. Or a
      // text was removed, which may be in what was read before.
      if (
        room.epoch !== epoch || member.cursor !== after ||
        room.removals !== removals
      ) {
        return room.pump(member);
      }
      room.trimmed(page.first);
      if (page.first <= after + 1 && page.messages[0]?.seq !== after + 1) {
        // The store has lost what it says it keeps. Going on would loop.
        log.error("log has a hole", { room: room.name, after });
        member.session.reader?.end(CLOSE.internalError);
        return;
      }
      room.pump(member, page.messages);
    }).catch((error) => {
      log.error("read failed", { room: room.name, error });
      this.#later(() => {
        member.fetching = false;
        room.pump(member);
      });
    });
  }

  /** Reads once for all who wait for the same: of a thousand who fell behind in
   * one turn each would read it for itself. */
  #read({ name, epoch, removals }: Room, after: number): Promise<Page> {
    const key = JSON.stringify([name, epoch, removals, after]);
    let reading = this.#reads.get(key);
    if (reading === undefined) {
      reading = this.#options.store.read(name, { after, limit: FETCH })
        .finally(() => this.#reads.delete(key));
      this.#reads.set(key, reading);
    }
    return reading;
  }
}
