/**
 * The hub: what sessions do in rooms, each thing checked before it is done.
 * Everything that changes rooms and sessions is synchronous; it knows the
 * store's interface and readers, but no adapter and no socket. Who comes and
 * goes is its reception's, how many are where its census's, and how its parts
 * are wired stands in hub_parts.ts.
 */

import { HubbubError } from "../../protocol/errors.ts";
import type { Limits } from "../../protocol/events.ts";
import { checkRoom } from "../../protocol/names.ts";
import type {
  HistoryRequest,
  JoinRequest,
  ModerationRequest,
  PublishRequest,
  RequestId,
} from "../../protocol/requests.ts";
import { EVERY_ROOM, type Right } from "../../protocol/rights.ts";
import { owns, sessionAuthor, userAuthor } from "../auth/author.ts";
import { Census } from "./occupancy.ts";
import { type Cancel, every } from "../runtime/clock.ts";
import type { Enforcement } from "../moderation/enforcement.ts";
import { allow, type Gate, personOf } from "../moderation/access_policy.ts";
import type { Grant } from "../auth/permissions.ts";
import { readHistory } from "../rooms/history.ts";
import { hubParts, type HubPartsOptions } from "./wiring.ts";
import { checkText } from "../rooms/message_text.ts";
import type { Moderation } from "../moderation/commands.ts";
import { Reception } from "../sessions/session_service.ts";
import { STORE_UNAVAILABLE } from "../rooms/error_event.ts";
import { SentMessages } from "../rooms/sent_messages.ts";
import type { Room } from "../rooms/room.ts";
import type { Rooms } from "../rooms/room_registry.ts";
import type { RoomCreation } from "../rooms/room_creation.ts";
import type { Ban, HouseRules, RoomRules } from "../moderation/rules.ts";
import { newSession, type Reader, type Session } from "../rooms/session.ts";
import type { Sessions } from "../sessions/session_registry.ts";
import { ContainedReader } from "../sessions/contained_reader.ts";
import type { Stats } from "../runtime/stats.ts";
import type { Range } from "../store/store.ts";
import type { StoreHealth } from "./store_health.ts";
import type { Ticker } from "../rooms/group_commit.ts";
import { keepTrimming } from "../rooms/retention.ts";

/** How a hub behaves. */
export interface HubOptions extends HubPartsOptions {
  /** Messages replayed to who joins and asks for no other number. */
  readonly history: number;
}

/** How often bans and the like that are over are forgotten, milliseconds. */
const TIDY_MS = 1_000;

/** All rooms and sessions of one process. */
export class Hub {
  readonly limits: Limits;
  readonly stats: Stats;
  /** How many are where. */
  readonly census: Census;
  /** Who comes, and who goes. */
  readonly reception: Reception;
  readonly #options: HubOptions;
  readonly #sessions: Sessions;
  readonly #rooms: Rooms;
  readonly #creation: RoomCreation;
  readonly #ticker: Ticker;
  readonly #health: StoreHealth;
  readonly #rules: HouseRules;
  readonly #gate: Gate;
  readonly #enforcement: Enforcement;
  readonly #moderation: Moderation;
  readonly #stopTrimming: Cancel;
  readonly #stopTidying: Cancel;
  #stopping = false;
  /** Whether what it knows may be wrong. */
  #broken = false;

  constructor(options: HubOptions) {
    const { store, fleet, clock, log, limits, stats } = options;
    this.#options = options;
    this.limits = limits;
    this.stats = stats;
    const onFatal = (error: unknown) => {
      this.#broken = true;
      options.onFatal(error);
    };
    const parts = hubParts({ ...options, onFatal });
    const { sessions, rooms, gate } = parts;
    this.#sessions = sessions;
    this.#rooms = rooms;
    this.#creation = parts.creation;
    this.#ticker = parts.ticker;
    this.#health = parts.health;
    this.#rules = parts.rules;
    this.#gate = gate;
    this.#enforcement = parts.enforcement;
    this.#moderation = parts.moderation;
    this.census = new Census(rooms, fleet);
    this.reception = new Reception({
      fleet,
      gate,
      sessions,
      rooms,
      limits,
      review: (session) => parts.enforcement.review(session),
    });
    this.#stopTrimming = keepTrimming({
      store,
      clock,
      failed: (error) => this.#health.doubts("trim failed", error),
    });
    this.#stopTidying = every(clock, {
      ms: TIDY_MS,
      run: () => this.#enforcement.tidy(),
      failed: (error) => log.error("rules not tidied", { error }),
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
    return this.trouble === undefined;
  }

  /** Why messages cannot be stored, in a few words; undefined if they can. */
  get trouble(): string | undefined {
    if (this.#broken) return "broken; to be restarted";
    if (!this.#health.healthy) return "store fails";
    return this.#ticker.stuck ? "store does not answer" : undefined;
  }

  /** Sessions that are here, those within their grace period too. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** Whether messages are taken: not any more once it stops. */
  get accepting(): boolean {
    return !this.#stopping;
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
    const contained = new ContainedReader(
      reader,
      (error) => this.#sessions.failed(session, error),
    );
    const session: Session = {
      ...newSession({
        id,
        author: user === undefined ? sessionAuthor(id) : userAuthor(user),
        dialect: reader.dialect,
        name: "",
        grant,
        reader: contained,
      }),
      listening: true,
    };
    this.join(session, request);
    return session;
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
      author: session.author.key,
      cid: request.cid,
      makesRoom: this.#mayMake(session, room) ? undefined : "never",
      session,
      id: request.id,
    });
    const member = session.members.get(room);
    if (member === undefined) return;
    (member.sent ??= new SentMessages()).sending(text);
  }

  /** Whether a message may make its room. Most rooms are known to exist. */
  #mayMake(session: Session, room: string): boolean {
    return (this.#rooms.get(room)?.head ?? 0) > 0 ||
      this.#creation.wait(session) === 0;
  }

  /**
   * Reads a part of a room's log and tells it to who asked.
   *
   * @returns Resolves when it was told, or that it could not be read.
   * @throws {HubbubError} `bad_room` or `not_joined`.
   */
  history(session: Session, request: HistoryRequest): Promise<void> {
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
    return readHistory(this.#options.store, room, range).then(
      ({ epoch, first, head, messages }) =>
        session.reader?.tell({
          type: "history",
          room,
          epoch,
          first,
          head,
          messages: messages.map(({ room: _, author, ...rest }) => ({
            ...rest,
            ...(owns(session.author, author) && { own: true }),
          })),
          ...(request.numbered && { numbered: true }),
          id,
        }),
      (error) => this.#failed(session, id, error),
    );
  }

  /**
   * Tells who is in a room.
   *
   * @throws {HubbubError} `bad_room`, `forbidden` or `not_joined`.
   */
  who(session: Session, wanted: string | undefined, id?: RequestId): void {
    const room = this.#joined(session, wanted, "read");
    session.reader?.tell({ ...room.presence(), asked: true, id });
  }

  /**
   * Tells the room that somebody is typing.
   *
   * @throws {HubbubError} `bad_room`, `forbidden`, `not_joined` or `locked`.
   */
  typing(session: Session, wanted: string): void {
    const room = this.#joined(session, wanted, "write");
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

  /** Takes no message any more. */
  refuse(): void {
    this.#stopping = true;
  }

  /** Takes no message any more, and resolves when all that came is stored. */
  async settle(): Promise<void> {
    this.refuse();
    await this.#ticker.idle();
  }

  /** Stops what is to happen later. */
  stop(): void {
    this.refuse();
    this.#stopTrimming();
    this.#stopTidying();
    this.#health.stop();
    this.#rooms.stop();
    this.#sessions.stop();
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

  /** The room a request is about, for those who are in it and may do it. */
  #joined(session: Session, wanted: string | undefined, right: Right): Room {
    const name = this.#roomOf(session, wanted);
    allow(session, right, name);
    const room = this.#rooms.get(name);
    if (room?.has(session)) return room;
    throw new HubbubError("not_joined");
  }

  #failed(session: Session, id: RequestId | undefined, error: unknown): void {
    this.#options.log.error("read failed", { error });
    session.reader?.tell({ ...STORE_UNAVAILABLE, id });
  }
}
