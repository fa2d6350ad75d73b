/**
 * The hub: sessions, rooms and the tick, brought together. Everything that
 * changes them is synchronous and happens here; it knows the store's interface
 * and readers, but no adapter and no socket.
 */

import { HubbubError } from "../protocol/errors.ts";
import type { Limits } from "../protocol/events.ts";
import type {
  HelloRequest,
  HistoryRequest,
  JoinRequest,
  ModerationRequest,
  PublishRequest,
  RequestId,
} from "../protocol/requests.ts";
import { checkRoom, nameKey } from "../protocol/names.ts";
import { EVERY_ROOM, type Right } from "../protocol/rights.ts";
import { tickHooks } from "./tick_hooks.ts";
import { Enforcement } from "./enforcement.ts";
import { Gate, personOf } from "./gate.ts";
import type { Grant } from "./grant.ts";
import { type Cancel, type Clock, every } from "./clock.ts";
import {
  type Fleet,
  type Lending,
  type Soon,
  whenHere,
} from "./fleet/fleet.ts";
import { readHistory } from "./history.ts";
import type { Logger } from "./log.ts";
import { checkText } from "./message_text.ts";
import { Moderation } from "./moderation.ts";
import { STORE_UNAVAILABLE } from "./refusals.ts";
import { Room } from "./room.ts";
import { Rooms } from "./rooms.ts";
import { type Ban, HouseRules, type RoomRules } from "./rules.ts";
import { newSession, type Reader, type Session } from "./session.ts";
import { authorOf, Sessions } from "./sessions.ts";
import type { Range, Store } from "./store/store.ts";
import type { Stats } from "./stats.ts";
import { StoreHealth } from "./store_health.ts";
import { type Pending, Ticker } from "./tick.ts";
import { keepTrimming } from "./trimming.ts";

/** How a hub behaves. */
export interface HubOptions {
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
  /** Makes ids for those who only listen. */
  readonly newId: () => string;
  readonly log: Logger;
  readonly stats: Stats;
  readonly limits: Limits;
  /** Messages replayed to who joins and asks for no other number. */
  readonly history: number;
  /** Milliseconds a session outlives its connection. */
  readonly graceMs: number;
  /** Rooms open at once. */
  readonly maxRooms: number;
  /** Rooms that one session may be in. */
  readonly maxRoomsPerSession: number;
}

/** What the fleet's counts of rooms begin with. */
const ROOM = "room ";
/** Rooms of which the other nodes are told how many are in them. */
const MOST_SHARED = 300;

/** How often bans and the like that are over are forgotten, milliseconds. */
const TIDY_MS = 1_000;

/** All rooms and sessions of one process. */
export class Hub {
  readonly limits: Limits;
  readonly stats: Stats;
  readonly #options: HubOptions;
  readonly #sessions: Sessions;
  readonly #rooms: Rooms;
  readonly #ticker: Ticker;
  readonly #stopTrimming: Cancel;
  readonly #stopTidying: Cancel;
  readonly #health: StoreHealth;
  readonly #rules = new HouseRules();
  readonly #gate: Gate;
  readonly #enforcement: Enforcement;
  readonly #moderation: Moderation;
  #stopping = false;

  constructor(options: HubOptions) {
    const { store, fleet, clock, log, stats, random } = options;
    this.#options = options;
    this.limits = options.limits;
    this.stats = stats;
    this.#sessions = new Sessions({
      fleet,
      secret: options.secret,
      clock,
      graceMs: options.graceMs,
      depart: (room, session) => this.#rooms.depart(room, session),
      renamed: (session, old) => this.#renamed(session, old),
    });
    this.#health = new StoreHealth({
      store,
      clock,
      log,
      random,
      cutOff: () => {
        // As many as there were when it was in reach.
        if (fleet.nodes > 1) options.cutOff();
      },
    });
    this.#gate = new Gate(this.#rules, clock);
    this.#rooms = new Rooms({
      store,
      fleet,
      clock,
      log,
      stats,
      maxRooms: options.maxRooms,
      maxRoomsPerSession: options.maxRoomsPerSession,
      wake: () => this.#ticker.wake(),
      elsewhere: (room, roster) =>
        this.#sessions.arrivedElsewhere(room, roster),
      standing: (session, room) => this.#gate.standing(session, room),
      heard: (room, messages) => this.#gate.heard(room, messages),
    });
    this.#ticker = new Ticker(
      { store, clock, stats },
      tickHooks({
        rooms: this.#rooms,
        gate: this.#gate,
        health: this.#health,
        stats,
      }),
    );
    const forRules = {
      store,
      rules: this.#rules,
      clock,
      log,
      rooms: this.#rooms,
      sessions: () => this.#sessions.all(),
      add: (pending: Pending) => this.#ticker.add(pending),
    };
    this.#enforcement = new Enforcement({
      ...forRules,
      end: (session) => this.end(session),
    });
    this.#moderation = new Moderation({
      ...forRules,
      newId: options.newId,
      hasOthers: () => fleet.nodes > 1,
      maxText: options.limits.text,
    });
    this.#stopTrimming = keepTrimming({
      store,
      clock,
      failed: (error) => this.#health.doubts("trim failed", error),
    });
    this.#stopTidying = every(clock, {
      ms: TIDY_MS,
      run: () => this.#enforcement.tidy(),
    });
  }

  /**
   * Learns the house rules. To be called before anybody comes in.
   *
   * @throws When the store cannot be read.
   */
  begin(): Promise<void> {
    return this.#enforcement.begin();
  }

  /** Whether messages can be stored, as far as is known. */
  get healthy(): boolean {
    return this.#health.healthy;
  }

  /** Sessions that are here, those within their grace period too. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** Whether messages are taken: not any more once it stops. */
  get accepting(): boolean {
    return !this.#stopping;
  }

  /** How many are in each room that anybody is in: where that is on other nodes
   * alone, some seconds ago, and in their largest rooms. */
  get people(): ReadonlyMap<string, number> {
    const people = new Map<string, number>();
    for (const [counted, count] of this.#options.fleet.elsewhere) {
      if (counted.startsWith(ROOM)) {
        people.set(counted.slice(ROOM.length), count);
      }
    }
    for (const { name, count } of this.#rooms.all()) {
      if (count > 0) people.set(name, count);
      else people.delete(name);
    }
    return people;
  }

  /** How many this node has in its largest rooms, as the fleet counts them. */
  get crowds(): ReadonlyMap<string, number> {
    const rooms = this.#rooms.all().map(({ name, local }) =>
      [`${ROOM}${name}`, local] as const
    ).filter(([, count]) => count > 0);
    rooms.sort(([, a], [, b]) => b - a);
    return new Map(rooms.slice(0, MOST_SHARED));
  }

  /** Rooms, members, and messages the member furthest behind has yet to get. */
  get load(): { rooms: number; members: number; lag: number } {
    let [members, lag] = [0, 0];
    const rooms = this.#rooms.all();
    for (const room of rooms) {
      members += room.local;
      lag = Math.max(lag, room.lag);
    }
    return { rooms: rooms.length, members, lag };
  }

  /**
   * Begins a session, or takes one up again.
   *
   * @throws {HubbubError} `bad_name`, `name_taken`, `banned` or
   * `store_unavailable`.
   */
  hello(
    reader: Reader,
    request: Omit<HelloRequest, "auth">,
    grant: Grant,
  ): Soon<Session> {
    this.admit({ name: request.name, address: reader.address }, grant);
    const welcome = this.#sessions.hello(reader, request, grant);
    return whenHere(welcome, ({ session, token, resumed }) => {
      reader.tell({
        type: "welcome",
        session: session.id,
        name: session.name,
        token,
        resumed,
        limits: this.limits,
        id: request.id,
      });
      return session;
    });
  }

  /**
   * Makes sure that the house rules let somebody in.
   *
   * @param person Its name, if it is known, and where it is.
   * @param grant What it may do.
   * @param room Which room; the server as such when it is left out.
   * @throws {HubbubError} `banned`.
   */
  admit(
    { name, address }: {
      readonly name?: string | undefined;
      readonly address: string;
    },
    grant: Grant,
    room: string = EVERY_ROOM,
  ): void {
    const { user } = grant;
    const author = user === undefined ? undefined : authorOf(user);
    this.#gate.enter({ name, author, address }, room, grant);
  }

  /**
   * Joins a room at the end of the turn, or goes on from another cursor.
   *
   * @throws {HubbubError} `bad_room`, `forbidden`, `banned` or `rooms_full`.
   */
  join(session: Session, { room, since, limit, only, id }: JoinRequest): void {
    const name = checkRoom(room);
    allow(session, "read", name);
    this.#gate.enter(personOf(session), name, session.grant);
    this.#rooms.arrive(name, {
      session,
      since,
      limit: Math.min(limit ?? this.#options.history, this.limits.history),
      id,
    });
    if (only) {
      for (const other of session.members.keys()) {
        if (other !== name) this.leave(session, other);
      }
      session.current = name;
    }
  }

  /**
   * Lets somebody read a room without being in it: no name is held for it, and
   * nobody is told. It ends by leaving the room.
   *
   * @param reader Where the messages go, after a `joined`; an `error` instead
   * when the room cannot be opened.
   * @param request Which room, and from where on.
   * @param grant What it may do.
   * @throws {HubbubError} `bad_room`, `forbidden` or `banned`.
   */
  listen(reader: Reader, request: JoinRequest, grant: Grant): Session {
    const id = this.#options.newId();
    const { user } = grant;
    const session: Session = {
      ...newSession({
        id,
        author: user === undefined ? id : authorOf(user),
        dialect: reader.dialect,
        name: "",
        grant,
        reader,
      }),
      listening: true,
    };
    this.join(session, request);
    return session;
  }

  /**
   * Finds a name for a message of somebody who has no session.
   *
   * @param wanted The name asked for, if any.
   * @param lending Who asks, and the name for who asks for none.
   * @throws {HubbubError} `bad_name`, `name_taken` with a free suggestion, or
   * `store_unavailable`.
   */
  lendName(wanted: string | undefined, lending: Lending): Soon<string> {
    return this.#options.fleet.lend(wanted, lending);
  }

  /** Leaves a room; the others are told at the end of the turn. */
  leave(session: Session, room: string): void {
    this.#rooms.depart(checkRoom(room), session);
  }

  /**
   * Hands a message to the tick. Its sender gets an ack, or an error, when it
   * gave an `id` or a `cid`, once the store has it.
   *
   * @throws {HubbubError} `bad_room`, `not_joined`, `empty`, `too_long`,
   * `banned`, `locked`, `slow_mode` or `stopping`.
   */
  publish(session: Session, request: PublishRequest): void {
    if (this.#stopping) throw new HubbubError("stopping");
    const room = this.#roomOf(session, request.room);
    allow(session, "write", room);
    const text = checkText(request.text, this.limits.text);
    this.#gate.write(session, { room, cid: request.cid });
    this.#ticker.add({
      room,
      from: session.name,
      text,
      author: session.author,
      cid: request.cid,
      session,
      id: request.id,
    });
  }

  /**
   * Reads a part of a room's log and tells it to who asked.
   *
   * @throws {HubbubError} `bad_room` or `not_joined`.
   */
  history(session: Session, request: HistoryRequest): void {
    const { before = Infinity, after, id } = request;
    const room = this.#roomOf(session, request.room);
    allow(session, "read", room);
    if (!session.members.has(room)) {
      this.#gate.enter(personOf(session), room, session.grant);
    }
    const limit = Math.min(request.limit ?? 50, this.limits.history);
    const range: Range = after === undefined
      ? { before, limit }
      : { after, limit };
    readHistory(this.#options.store, room, range).then(
      ({ epoch, first, head, messages }) =>
        session.reader?.tell({
          type: "history",
          room,
          epoch,
          first,
          head,
          messages: messages.map(({ room: _, author: __, ...rest }) => rest),
          ...(request.numbered && { numbered: true }),
          id,
        }),
      (error) => this.#failed(session, id, error),
    );
  }

  /**
   * Tells who is in a room.
   *
   * @throws {HubbubError} `bad_room` or `not_joined`.
   */
  who(session: Session, wanted: string | undefined, id?: RequestId): void {
    const room = this.#joined(session, wanted);
    session.reader?.tell({ ...room.presence(), asked: true, id });
  }

  /**
   * Tells the room that somebody is typing.
   *
   * @throws {HubbubError} `bad_room`, `not_joined` or `locked`.
   */
  typing(session: Session, wanted: string): void {
    const room = this.#joined(session, wanted);
    allow(session, "write", room.name);
    this.#gate.speak(session, room.name);
    room.typing(session);
    this.#rooms.stir(room);
  }

  /**
   * Carries out what a moderator asks for, or what somebody asks for about a
   * message of its own.
   *
   * @throws {HubbubError} See {@linkcode Moderation.carryOut}.
   */
  moderate(session: Session, request: ModerationRequest): void {
    if (this.#stopping) throw new HubbubError("stopping");
    const room = request.room === EVERY_ROOM
      ? EVERY_ROOM
      : this.#roomOf(session, request.room);
    this.#moderation.carryOut(session, { ...request, room });
  }

  /** What holds in a room, for those who may not moderate it. */
  rules(room: string): RoomRules {
    return this.#rules.of(room);
  }

  /**
   * Who is banned from a room.
   *
   * @param room A checked name, or `*` for bans from the whole server.
   */
  bans(room: string): readonly Ban[] {
    return this.#rules.bans(room, this.#options.clock.now());
  }

  /**
   * Changes a session's name.
   *
   * @throws {HubbubError} `bad_name`, `name_taken`, `forbidden`, `banned` or
   * `store_unavailable`.
   */
  rename(session: Session, name: string, id?: RequestId): Soon<void> {
    const own = session.grant.name;
    if (own !== undefined && nameKey(name) !== nameKey(own)) {
      throw new HubbubError("forbidden", {
        message: `Your token says that you are "${own}". ` +
          "Ask for one that names nobody, to choose a name yourself",
      });
    }
    for (const room of [EVERY_ROOM, ...session.members.keys()]) {
      this.#gate.enter({ ...personOf(session), name }, room, session.grant);
    }
    return whenHere(
      this.#sessions.rename(session, name),
      () => session.reader?.tell({ type: "renamed", name: session.name, id }),
    );
  }

  /** Changes what a session may do; it leaves the rooms it may not read. */
  regrant(session: Session, grant: Grant): void {
    session.grant = grant;
    for (const room of [...session.members.keys()]) {
      if (grant.allows("read", room)) {
        const standing = this.#gate.standing(session, room);
        const { rights, locked = false, slowMs = 0 } = standing;
        session.reader?.tell({ type: "rules", room, locked, slowMs, rights });
        continue;
      }
      this.#rooms.depart(room, session);
      const { code, message } = new HubbubError("forbidden");
      session.reader?.tell({ type: "left", room, code, message });
    }
  }

  /**
   * A connection is gone. Its session goes with it, at once or, where it can
   * be resumed, after a grace period in which nobody notices.
   *
   * @param mayReturn Whether its user may come back to it.
   */
  lost(session: Session, reader: Reader, mayReturn: boolean): void {
    this.#sessions.lost(session, reader, mayReturn);
  }

  /** Ends a session: it leaves every room and its name is free. */
  end(session: Session): void {
    this.#sessions.end(session);
  }

  /** Takes no message any more. */
  refuse(): void {
    this.#stopping = true;
  }

  /** Waits until all that came is stored, and stops what is to happen later. */
  async stop(): Promise<void> {
    this.refuse();
    await this.#ticker.idle();
    this.#stopTrimming();
    this.#stopTidying();
    this.#health.stop();
    this.#rooms.stop();
    this.#sessions.stop();
  }

  /** Tells a session's rooms that it was called `old`. */
  #renamed(session: Session, old: string): void {
    for (const name of session.members.keys()) {
      const room = this.#rooms.get(name);
      if (room === undefined) continue;
      room.rename(session, old);
      this.#rooms.stir(room);
    }
  }

  /** The name of the room a request means. */
  #roomOf(session: Session, wanted: string | undefined): string {
    if (wanted !== undefined) {
      // Checking takes longer than all the rest of a publish.
      return session.members.has(wanted) ? wanted : checkRoom(wanted);
    }
    if (session.current === null) {
      throw new HubbubError("not_joined", {
        message: "You are in no room. Join one first",
      });
    }
    return session.current;
  }

  #joined(session: Session, wanted: string | undefined): Room {
    const room = this.#rooms.get(this.#roomOf(session, wanted));
    if (room?.has(session)) return room;
    throw new HubbubError("not_joined");
  }

  #failed(session: Session, id: RequestId | undefined, error: unknown): void {
    this.#options.log.error("read failed", { error });
    session.reader?.tell({ ...STORE_UNAVAILABLE, id });
  }
}

/** @throws {HubbubError} `forbidden`. */
function allow({ grant }: Session, right: Right, room: string): void {
  if (grant.allows(right, room)) return;
  throw new HubbubError("forbidden", {
    message:
      `You may not ${right} in room "${room}". Ask for a token that allows it`,
  });
}
