/**
 * The hub: checks and carries out what sessions do in rooms. It changes rooms
 * and sessions synchronously, and depends on interfaces of store and reader,
 * never on an adapter or a socket. session_service.ts logs sessions in and out,
 * occupancy.ts counts, wiring.ts connects the parts.
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
import { Occupancy } from "./occupancy.ts";
import { type Cancel, every } from "../runtime/clock.ts";
import type { Enforcement } from "../moderation/enforcement.ts";
import {
  type AccessPolicy,
  allow,
  personOf,
} from "../moderation/access_policy.ts";
import type { Permissions } from "../auth/permissions.ts";
import { type ReadQueue, readsFor } from "../rooms/read_queue.ts";
import { readHistory } from "../rooms/history.ts";
import { costOfPage } from "../rooms/page_cost.ts";
import { hubParts, type HubPartsOptions } from "./wiring.ts";
import { checkText } from "../rooms/message_text.ts";
import type { Moderation } from "../moderation/commands.ts";
import { SessionService } from "../sessions/session_service.ts";
import { STORE_RETRY_MS, STORE_UNAVAILABLE } from "../rooms/error_event.ts";
import { SentMessages } from "../rooms/sent_messages.ts";
import type { Room } from "../rooms/room.ts";
import type { RoomRegistry } from "../rooms/room_registry.ts";
import type { RoomCreation } from "../rooms/room_creation.ts";
import type { Ban, ModerationRules, RoomRules } from "../moderation/rules.ts";
import { newSession, type Reader, type Session } from "../rooms/session.ts";
import type { SessionRegistry } from "../sessions/session_registry.ts";
import { ContainedReader } from "../sessions/contained_reader.ts";
import type { Stats } from "../runtime/stats.ts";
import type { Range } from "../store/store.ts";
import type { HealthCheck } from "./health_check.ts";
import type { GroupCommit } from "../rooms/group_commit.ts";
import { runRetention } from "../rooms/retention.ts";

/** Options of {@linkcode Hub}. */
export interface HubOptions extends HubPartsOptions {
  /** Messages replayed on joining when the client asks for no other number. */
  readonly history: number;
}

/** Messages of a page of history when the client asks for no number. */
const PAGE = 50;
/** Milliseconds between two removals of expired bans and rules. */
const TIDY_MS = 1_000;

/** All rooms and sessions of one process. */
export class Hub {
  readonly limits: Limits;
  readonly stats: Stats;
  /** Occupancy of the rooms. */
  readonly occupancy: Occupancy;
  /** Reads the store for whoever asks. */
  readonly reads: ReadQueue;
  /** Logs sessions in and out. */
  readonly sessionService: SessionService;
  readonly #options: HubOptions;
  readonly #sessions: SessionRegistry;
  readonly #rooms: RoomRegistry;
  readonly #creation: RoomCreation;
  readonly #groupCommit: GroupCommit;
  readonly #health: HealthCheck;
  readonly #fleetHealth: HealthCheck;
  readonly #rules: ModerationRules;
  readonly #accessPolicy: AccessPolicy;
  readonly #enforcement: Enforcement;
  readonly #moderation: Moderation;
  readonly #stopTrimming: Cancel;
  readonly #stopTidying: Cancel;
  #stopping = false;
  /** Whether its state may be wrong. */
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
    const { sessions, rooms, accessPolicy } = parts;
    this.#sessions = sessions;
    this.#rooms = rooms;
    this.#creation = parts.creation;
    this.#groupCommit = parts.groupCommit;
    this.#health = parts.health;
    this.#fleetHealth = parts.fleetHealth;
    this.#rules = parts.rules;
    this.#accessPolicy = accessPolicy;
    this.#enforcement = parts.enforcement;
    this.#moderation = parts.moderation;
    this.reads = parts.reads;
    this.occupancy = new Occupancy(rooms, fleet);
    this.sessionService = new SessionService({
      fleet,
      accessPolicy,
      sessions,
      rooms,
      limits,
      review: (session) => parts.enforcement.review(session),
    });
    this.#stopTrimming = runRetention({
      store,
      clock,
      failed: (error) => this.#health.checkAfter("trim failed", error),
    });
    this.#stopTidying = every(clock, {
      ms: TIDY_MS,
      run: () => this.#enforcement.tidy(),
      failed: (error) => log.error("expired rules not deleted", { error }),
    });
  }

  /**
   * Loads bans and room rules. Must be called before the first login.
   *
   * @throws When the store cannot be read.
   */
  begin(): Promise<void> {
    return this.#enforcement.begin();
  }

  /** Whether messages can be stored, as far as the hub knows. */
  get healthy(): boolean {
    return this.#storeTrouble === undefined;
  }

  /** Whether this node reaches the fleet and holds its lease. */
  get inFleet(): boolean {
    return this.#fleetHealth.healthy && this.#options.fleet.holdsLease;
  }

  /** Why clients cannot be served, for /readyz; undefined if they can. */
  get trouble(): string | undefined {
    return this.#storeTrouble ??
      (this.inFleet ? undefined : "fleet does not answer");
  }

  get #storeTrouble(): string | undefined {
    if (this.#broken) return "broken; to be restarted";
    if (!this.#health.healthy) return "store fails";
    return this.#groupCommit.stuck ? "store does not answer" : undefined;
  }

  /** Number of sessions, those in their grace period included. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** Whether the hub accepts messages: false once it stops. */
  get accepting(): boolean {
    return !this.#stopping;
  }

  /**
   * Joins a room at the end of the turn, or moves a member's cursor.
   *
   * @throws {HubbubError} `bad_room`, `forbidden`, `banned` or `rooms_full`.
   */
  join(session: Session, { room, since, limit, only, id }: JoinRequest): void {
    const name = checkRoom(room);
    this.#accessPolicy.join(session, name);
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
   * Starts a listener: it reads a room without a name, is not announced and not
   * listed. It ends when it leaves the room.
   *
   * @param reader Gets `joined` and then the messages, or `error` when the room
   * cannot be opened.
   * @param request The room, and where to start.
   * @param grant The permissions.
   * @throws {HubbubError} `bad_room`, `forbidden` or `banned`.
   */
  listen(
    reader: Reader,
    request: JoinRequest,
    permissions: Permissions,
  ): Session {
    const id = this.#options.newId();
    const { user } = permissions;
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
        permissions,
        reader: contained,
      }),
      listening: true,
    };
    this.join(session, request);
    return session;
  }

  /** Leaves a room; the room announces it at the end of the turn. */
  leave(session: Session, room: string): void {
    this.#rooms.depart(checkRoom(room), session);
  }

  /**
   * Adds a message to the tick. Once it is stored, the sender gets an ack if
   * the request has an `id` or a `cid`. A failure gets an error.
   *
   * @throws {HubbubError} `bad_room`, `not_joined`, `empty`, `too_long`,
   * `banned`, `locked`, `slow_mode`, `stopping` or `store_unavailable`.
   */
  publish(session: Session, request: PublishRequest): void {
    if (this.#stopping) throw new HubbubError("stopping");
    // Another node may have given the name to somebody else.
    if (!this.#options.fleet.holdsLease) {
      throw new HubbubError("store_unavailable", {
        retryAfterMs: STORE_RETRY_MS,
      });
    }
    const room = this.#roomOf(session, request.room);
    allow(session, "write", room);
    const text = checkText(request.text, this.limits.text);
    this.#accessPolicy.write(session, { room, cid: request.cid });
    this.#groupCommit.add({
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

  /** Returns whether a message may create its room; most rooms exist
   * already. */
  #mayMake(session: Session, room: string): boolean {
    if ((this.#rooms.get(room)?.head ?? 0) > 0) return true;
    return this.#creation.wait(session) === 0 &&
      this.#rooms.refusalOfNew(room) === undefined;
  }

  /**
   * Reads a part of a room's log and sends it to the session.
   *
   * @returns What the page counts as against the rates, in requests, when it or
   * an error has been sent.
   * @throws {HubbubError} `bad_room` or `not_joined`.
   */
  history(session: Session, request: HistoryRequest): Promise<number> {
    const { before = Infinity, after, id } = request;
    const room = this.#roomOf(session, request.room);
    allow(session, "read", room);
    if (!session.members.has(room)) {
      this.#accessPolicy.enter(personOf(session), room, session.permissions);
    }
    const limit = this.pageLimit(request);
    const range: Range = after === undefined
      ? { before, limit }
      : { after, limit };
    const reads = this.reads.of(readsFor(session));
    return readHistory(reads, room, range, this.reads.pageBytes).then(
      ({ epoch, first, head, messages, bytes }) => {
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
        });
        return costOfPage(messages.length, bytes);
      },
      (error) => {
        this.#failed(session, id, error);
        return costOfPage(0);
      },
    );
  }

  /** Returns the messages that a page of history may have. */
  pageLimit({ limit = PAGE }: Pick<HistoryRequest, "limit">): number {
    return Math.min(limit, this.limits.history);
  }

  /**
   * Sends a room's member list to the session.
   *
   * @throws {HubbubError} `bad_room`, `forbidden` or `not_joined`.
   */
  who(session: Session, wanted: string | undefined, id?: RequestId): void {
    const room = this.#joined(session, wanted, "read");
    session.reader?.tell({ ...room.presence(), asked: true, id });
  }

  /**
   * Announces to the room that the session is typing.
   *
   * @throws {HubbubError} `bad_room`, `forbidden`, `not_joined` or `locked`.
   */
  typing(session: Session, wanted: string): void {
    const room = this.#joined(session, wanted, "write");
    this.#accessPolicy.speak(session, room.name);
    room.typing(session);
    this.#rooms.stir(room);
  }

  /**
   * Carries out a moderation request, or the removal of the session's own
   * message.
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

  /**
   * Writes down an import, before it is begun and when it has ended.
   *
   * @param moderator Who imports.
   * @param room A checked name.
   * @param ended What came of it; undefined when it begins.
   * @throws {HubbubError} `rate_limited` or `store_unavailable`.
   */
  async auditImport(
    moderator: Pick<Session, "name" | "author" | "permissions">,
    room: string,
    ended?: { readonly imported: number; readonly duplicates: number },
  ): Promise<void> {
    const entry = { act: "import", room, ...ended } as const;
    try {
      const isEnd = ended !== undefined;
      await this.#moderation.writeDown(moderator, entry, isEnd);
    } catch (error) {
      if (error instanceof HubbubError) throw error;
      this.#options.log.error("import not audited", { error });
      throw new HubbubError("store_unavailable");
    }
  }

  /** Returns the rules of a room; they do not apply to its moderators. */
  rules(room: string): RoomRules {
    return this.#rules.of(room);
  }

  /**
   * Returns the bans from a room.
   *
   * @param room A checked name, or `*` for bans from the whole server.
   */
  bans(room: string): readonly Ban[] {
    return this.#rules.bans(room, this.#options.clock.now());
  }

  /** Rejects all further messages. */
  refuse(): void {
    this.#stopping = true;
  }

  /** Rejects all further messages; resolves when all accepted ones are stored
   * and delivered, or have failed. */
  async settle(): Promise<void> {
    this.refuse();
    await this.#groupCommit.idle();
    await this.#rooms.delivered();
  }

  /** Stops all timers. */
  stop(): void {
    this.refuse();
    this.#stopTrimming();
    this.#stopTidying();
    this.#health.close();
    this.#fleetHealth.close();
    this.#enforcement.stop();
    this.#rooms.stop();
    this.#sessions.stop();
  }

  /** Returns the name of the room that a request is about. */
  #roomOf(session: Session, wanted: string | undefined): string {
    if (wanted !== undefined) {
      // The check takes longer than the rest of a publish.
      return session.members.has(wanted) ? wanted : checkRoom(wanted);
    }
    if (session.current === null) {
      throw new HubbubError("not_joined", {
        message: "You are not in a room. Join one first",
      });
    }
    return session.current;
  }

  /** Returns the room of a request; its sender must be a member with the
   * right. */
  #joined(session: Session, wanted: string | undefined, right: Right): Room {
    const name = this.#roomOf(session, wanted);
    allow(session, right, name);
    const room = this.#rooms.get(name);
    if (room?.has(session)) return room;
    // It waits there, until the room can be opened.
    if (session.current === name) throw new HubbubError("store_unavailable");
    throw new HubbubError("not_joined");
  }

  #failed(session: Session, id: RequestId | undefined, error: unknown): void {
    this.#options.log.error("read failed", { error });
    session.reader?.tell({ ...STORE_UNAVAILABLE, id });
  }
}
