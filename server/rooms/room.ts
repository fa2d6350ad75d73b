/**
 * One room: its members, each a cursor over the log, and the pump that moves
 * the cursors forward. The pump does joins, resumes, live delivery and
 * backfill.
 *
 * A room gathers the events between two ticks and announces them once: joins
 * before the messages of the tick, leaves after them. It sends a bounded number
 * of announcements per second; meanwhile changes wait and merge. It serves its members in
 * steps, since a large room would take too long in one turn of the event loop.
 */

import type { CloseReason } from "../../protocol/close_codes.ts";
import type {
  JoinedEvent,
  PresenceEvent,
  RulesEvent,
} from "../../protocol/events.ts";
import type { RequestId } from "../../protocol/requests.ts";
import type { Cursor } from "../../protocol/message.ts";
import type { Here, Roster } from "../fleet/fleet.ts";
import { AnnouncementPace } from "./announcement_pace.ts";
import {
  announcedIn,
  Announcements,
  isLong,
  type NewAnnouncement,
  sharedIn,
} from "./announcements.ts";
import { JoinQueue } from "./join_queue.ts";
import { type Fetched, MemberWalk } from "./member_walk.ts";
import { framesFor, ownIn, PageCache } from "./page_cache.ts";
import { MOST_LISTED, Presence } from "./presence.ts";
import { between, RoomLog, type Start } from "./room_log.ts";
import { RoomMemory } from "./room_memory.ts";
import type { Member, Reader, Session, SharedEvent } from "./session.ts";
import type { Monotonic } from "../runtime/clock.ts";
import type { Stats } from "../runtime/stats.ts";
import type { LogState, StoredMessage } from "../store/store.ts";

/** Most members served in one step: then other rooms have their turn. */
const STEP = 16;
/** Turns of the fan-out after which typing is no longer announced. */
const TYPING_TURNS = 3;

/** Longest time between two looks at changes that wait, milliseconds. */
const MOST_WAIT_MS = 1_000;

/** A pending join. */
export interface PendingJoin {
  readonly session: Session;
  readonly since: Cursor | undefined;
  /** Messages to replay when nothing is resumed. */
  readonly limit: number;
  readonly id: RequestId | undefined;
  /** Set when the session has already got the error for this join. */
  readonly again?: true;
}

/** Callbacks of a room. */
export interface RoomHooks {
  readonly stats: Stats;
  /** What all rooms keep their messages in; one of its own by default. */
  readonly memory?: RoomMemory;
  /** Whether messages of guests are marked for readers; not by default. */
  readonly marksGuests?: boolean;
  /** The same room on other nodes. */
  readonly here: Here;
  /** Returns whether a session may join; sends the error if it may not. */
  admits(join: PendingJoin): boolean;
  /** Returns a member's rights in the room, and the room's rules. */
  standing(
    session: Session,
  ): Pick<JoinedEvent, "rights" | "locked" | "slowMs" | "waitMs">;
  /** Closes the connection of a session whose code has thrown. Never throws. */
  failed(session: Session, error: unknown): void;
  /** Schedules {@linkcode Room.step}, in this turn or the next one. */
  fanOut(): void;
  /** Whether this turn's time for fan-out is over. */
  isOver(): boolean;
  /** Number of the fan-out's turn. */
  turn(): number;
  /** Calls {@linkcode Room.due} when the member's socket has drained. */
  slow(member: Member): void;
  /** Reads the messages after the member's cursor, then calls
   * {@linkcode Room.due} with them. */
  fetch(member: Member): void;
  /** The moment. */
  now(): Monotonic;
  /** Calls {@linkcode Room.looksAgain} in `ms` milliseconds, and ends the
   * turn. */
  lookLater(ms: number): void;
}

/** A room with members or pending joins. */
export class Room {
  readonly name: string;
  readonly #hooks: RoomHooks;
  readonly #pages: PageCache;
  readonly #memory: RoomMemory;
  readonly #members = new Map<Session, Member>();
  #log: RoomLog;
  readonly #presence: Presence;
  readonly #announcements = new Announcements();
  readonly #walk = new MemberWalk(
    { [Symbol.iterator]: () => this.#members.values() },
    (announced) => this.#announcements.drop(announced),
  );
  readonly #presencePace = new AnnouncementPace();
  readonly #typingPace = new AnnouncementPace();
  /** Whether this tick announces changes; otherwise they wait. */
  #announcesChanges = false;
  /** Whether the room looks again at changes that wait. */
  #looksLater = false;
  /** Number of members that are not announced. */
  #listeners = 0;
  #removals = 0;
  readonly #pendingJoins = new JoinQueue();
  /** The room's rules, if they have changed since it was opened. */
  #rules: SharedEvent | undefined;
  /** Closes the connections of a disbanded room, one by one. */
  #ending: (() => void)[] | undefined;

  constructor(name: string, state: LogState, hooks: RoomHooks) {
    this.name = name;
    this.#memory = hooks.memory ?? new RoomMemory();
    this.#pages = new PageCache(this.#memory, hooks.marksGuests);
    this.#log = new RoomLog(state, this.#memory);
    this.#presence = new Presence(name);
    this.#hooks = hooks;
    for (const [node, roster] of hooks.here.others) {
      this.#presence.elsewhere(node, roster);
    }
  }

  /** Whether the room has neither members nor pending joins. */
  get empty(): boolean {
    return this.#members.size === 0 && this.#pendingJoins.empty;
  }

  get epoch(): string {
    return this.#log.epoch;
  }

  /** Seq of the newest message. */
  get head(): number {
    return this.#log.head;
  }

  /** Number of members on all nodes, without listeners. */
  get count(): number {
    return this.#presence.count;
  }

  /** Number of messages that the slowest connected member has yet to get. */
  get lag(): number {
    let lag = 0;
    for (const { cursor, session, attached } of this.#members.values()) {
      if (session.reader === null || !attached) continue;
      lag = Math.max(lag, this.head - cursor);
    }
    return lag;
  }

  /** Whether some members have yet to get an announcement. The next ones wait
   * meanwhile, so that the newest state replaces what lies between. */
  get announcing(): boolean {
    return this.#announcements.pending;
  }

  /** Returns the whole member list as an event that replaces any earlier
   * one. */
  presence(): PresenceEvent {
    return this.#presence.all();
  }

  /** Number of members on this node, without listeners. */
  get local(): number {
    return this.#members.size - this.#listeners;
  }

  /** This node's members, for the other nodes. */
  get roster(): Roster {
    const count = this.local;
    if (count > MOST_LISTED) return { count };
    const people = [...this.#members.keys()].filter((one) => !one.listening);
    return {
      count,
      members: new Map(people.map(({ id, name }) => [id, name])),
    };
  }

  /** Number of removals so far: pages read before one may still have its
   * text. */
  get removals(): number {
    return this.#removals;
  }

  /** All sessions in the room on this node, listeners included. */
  get sessions(): Iterable<Session> {
    return this.#members.keys();
  }

  has(session: Session): boolean {
    return this.#members.has(session);
  }

  /** Whether joins wait for the next tick. */
  get joining(): boolean {
    return !this.#pendingJoins.empty;
  }

  /** Whether a pending join has seen messages that this node does not have. */
  lags({ since }: PendingJoin): boolean {
    return since?.epoch === this.epoch && since.seq > this.head;
  }

  // Between ticks.

  /** Joins a session at the next tick. A member joins again to resume. */
  arrive(join: PendingJoin): void {
    this.#pendingJoins.add(join);
  }

  /** Removes a member now; the room announces it at the end of the tick. */
  depart(session: Session): void {
    this.#pendingJoins.forget(session);
    if (!this.#members.delete(session)) return;
    session.members.delete(this.name);
    if (session.listening) {
      this.#listeners--;
      return;
    }
    this.#presence.exit(session.name);
    this.#hooks.here.changed();
  }

  /**
   * Records a rename, to be announced at the next tick.
   *
   * @param old The earlier name.
   * @param name The new one, which the person's sessions have.
   * @param count The number of the person's sessions in this room, at least 1.
   */
  rename(old: string, name: string, count: number): void {
    this.#presence.rename(old, name, count);
    this.#hooks.here.changed();
  }

  typing(session: Session): void {
    if (!this.#presence.types(session.name, this.#hooks.now())) return;
    this.#hooks.here.typing(session.name);
  }

  /** Has the newest rules sent to the members. */
  rulesChanged(
    { locked, slowMs }: Pick<RulesEvent, "locked" | "slowMs">,
  ): void {
    const event: RulesEvent = {
      type: "rules",
      room: this.name,
      locked,
      slowMs,
    };
    this.#rules = { event, frames: new Map() };
    this.deliver();
  }

  // Exchange with other nodes.

  /** Frees the memory, and tells the other nodes that this node has left the
   * room. */
  leave(): void {
    this.#log.close();
    this.#pages.clear();
    this.#hooks.here.leave();
  }

  /** Takes another node's members; undefined when it has left the room. */
  elsewhere(node: string, roster: Roster | undefined): void {
    this.#presence.elsewhere(node, roster);
  }

  /** Records that a member on another node is typing. */
  typingElsewhere(name: string): void {
    this.#presence.types(name, this.#hooks.now());
  }

  // The tick, in four steps.

  /** Step 1, before the tick's messages: announces joins and renames, and
   * starts the joins, as far as the turn has time. The others start in the next
   * tick. */
  announceJoins(): void {
    const pendingJoins = this.#pendingJoins.takeAll().filter((join) =>
      this.#members.has(join.session) || this.#hooks.admits(join)
    );
    for (const { session } of pendingJoins) {
      if (session.reader === null || this.#members.has(session)) continue;
      this.#contain(session, () => this.#admit(session));
    }
    const now = this.#hooks.now();
    this.#announcesChanges = this.#presencePace.waitMs(now) === 0;
    // The new members get the list instead, when they start.
    if (this.#announcesChanges) this.#announceAll(this.#presence.came(now));
    for (const [index, join] of pendingJoins.entries()) {
      if (index > 0 && index % STEP === 0 && this.#hooks.isOver()) {
        for (const later of pendingJoins.slice(index)) this.arrive(later);
        return;
      }
      this.#contain(join.session, () => this.#start(join));
    }
  }

  /** Step 2: takes the tick's messages from the store. */
  append(messages: readonly StoredMessage[]): void {
    if (this.#log.append(messages)) {
      this.#removals++;
      this.#pages.clear();
      this.#walk.forgetFetched();
    }
    for (const { from } of messages) this.#presence.typed(from);
  }

  /** Step 3: has every cursor moved forward. */
  deliver(): void {
    this.#walk.want();
    this.#hooks.fanOut();
  }

  /** Step 4, after the tick's messages: announces leaves and typing. */
  announceLeaves(): void {
    const now = this.#hooks.now();
    if (this.#announcesChanges) this.#announceAll(this.#presence.went(now));
    this.#announcesChanges = false;
    this.#announceTyping(now);
    const waitMs = this.#presence.waitMs(now);
    if (waitMs === undefined || this.#looksLater) return;
    this.#looksLater = true;
    const paceMs = this.#presencePace.waitMs(now);
    this.#hooks.lookLater(Math.min(Math.max(waitMs, paceMs, 1), MOST_WAIT_MS));
  }

  /** Looks at the changes that wait, in the next tick. */
  looksAgain(): void {
    this.#looksLater = false;
  }

  /** Records that the store keeps no message before `first`. */
  trimmed(first: number): void {
    this.#log.forgetBefore(first);
  }

  /** Removes all members and has their connections closed, because the room's
   * state may be wrong. Never throws. */
  disband(reason: CloseReason): void {
    const sessions = [...this.#members.keys()];
    this.#members.clear();
    this.#pendingJoins.takeAll();
    for (const session of sessions) session.members.delete(this.name);
    this.#ending = [
      ...this.#ending ?? [],
      ...sessions.map((session) => () =>
        this.#contain(session, () => session.reader?.end(reason))
      ),
    ];
    this.#hooks.fanOut();
  }

  /**
   * Replaces the log. In a new epoch all members start again at its head; in
   * the same epoch this node has missed more than is kept, and members get a
   * gap.
   */
  reset(state: LogState): void {
    const same = state.epoch === this.epoch;
    this.#log.close();
    this.#log = new RoomLog(state, this.#memory);
    this.#pages.clear();
    this.#walk.forgetFetched();
    if (same) return this.deliver();
    for (const member of this.#members.values()) {
      if (member.session.reader === null) continue;
      this.#place(member, this.head);
      member.joinedAnew = true;
    }
    this.deliver();
  }

  // The pump.

  /**
   * Serves a few members that have something to get.
   *
   * @returns Whether none is left.
   */
  step(): boolean {
    for (let served = 0; served < STEP; served++) {
      if (served > 0 && this.#hooks.isOver()) return false;
      if (this.#ending !== undefined) {
        const end = this.#ending.pop();
        if (end === undefined) return true;
        end();
        continue;
      }
      const next = this.#walk.next(this.#announcements.count);
      if (next === undefined) return true;
      this.pump(...next);
    }
    return false;
  }

  /**
   * Pumps a member, in the next turn if this one's time is over.
   *
   * @param member See {@linkcode pump}.
   * @param fetched See {@linkcode pump}.
   */
  due(member: Member, fetched?: Fetched): void {
    if (this.#hooks.isOver()) this.#later(member, fetched);
    else this.pump(member, fetched);
  }

  #later(member: Member, fetched: Fetched): void {
    this.#walk.due(member, fetched);
    this.#hooks.fanOut();
  }

  /**
   * Sends a member the messages and announcements after its cursors, as far as
   * its socket and the turn have room. No other code sends messages.
   *
   * @param member A member of this room.
   * @param fetched Messages after the member's cursor from the store, when they
   * are older than those in memory. The room does not keep them: a slow reader
   * costs no memory.
   */
  pump(member: Member, fetched?: Fetched): void {
    // Without a closure: this runs for every member and tick.
    try {
      this.#pump(member, fetched);
    } catch (error) {
      this.#hooks.failed(member.session, error);
    }
  }

  #pump(member: Member, fetched: Fetched): void {
    const { reader } = member.session;
    if (reader === null || !member.attached) return;
    // The member left before its socket drained or the store answered.
    if (this.#members.get(member.session) !== member) return;
    if (member.joinedAnew) this.#tellJoinedAnew(member, reader);
    if (member.fetching) return;
    const log = this.#log;
    const announcements = this.#announcements;
    if (member.announced < announcements.dropped) member.stalePresence = true;
    const isBehind = member.cursor < log.head ||
      member.announced < announcements.count || member.rules !== this.#rules;
    if (isBehind && !reader.ready) return this.#hooks.slow(member);
    if (member.rules !== this.#rules) {
      member.rules = this.#rules;
      if (this.#rules) reader.send(sharedIn(this.#rules, reader.dialect));
    }
    while (true) {
      // The list that follows replaces all announcements.
      if (member.stalePresence) member.announced = announcements.count;
      const next = announcements.next(member.announced);
      const until = next?.after ?? log.head;
      if (member.cursor >= until) {
        if (next === undefined) break;
        member.announced++;
        if (this.#hooks.turn() <= next.lastTurn) {
          const frames = announcedIn(next, member.session);
          reader.send(frames);
          next.pace.sent(frames.length, this.#hooks.now());
        }
        continue;
      }
      if (!reader.writable) return this.#hooks.slow(member);
      const after = member.cursor;
      if (after < log.first - 1) {
        const to = log.first - 1;
        reader.tell({ type: "gap", room: this.name, from: after + 1, to });
        member.cursor = to;
        continue;
      }
      const replay = after < member.replayUntil;
      const upTo = replay ? Math.min(member.replayUntil, until) : until;
      const page = this.#pages.get(
        { dialect: reader.dialect, replay, after, upTo },
        () => log.slice(after, upTo) ?? between(fetched, after, upTo),
      );
      if (page === undefined) return this.#hooks.fetch(member);
      const { key: author } = member.session.author;
      // All members share the page. Only the author learns which messages are
      // its own, on every connection but the one that sent them.
      const own = ownIn(page, author);
      const seqs = replay || member.sent === undefined
        ? own.map(({ seq }) => seq)
        : member.sent.othersOf(own);
      if (seqs.length > 0) {
        reader.note({ type: "own", room: this.name, seqs });
      }
      reader.send(framesFor(page, author, seqs));
      this.#hooks.stats.deliveries += page.to - after;
      member.cursor = page.to;
      if (page.to < log.head && this.#hooks.isOver()) {
        return this.#later(member, fetched);
      }
    }
    if (member.announceLive) {
      member.announceLive = false;
      reader.tell({ type: "live", room: this.name });
    }
    if (member.stalePresence) {
      if (!reader.ready) return this.#hooks.slow(member);
      member.stalePresence = false;
      reader.tell(this.presence());
      this.#presencePace.sent(1, this.#hooks.now());
    }
  }

  /** Runs an action for one session, so that a throw ends that session
   * alone. */
  #contain(session: Session, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#hooks.failed(session, error);
    }
  }

  /** Adds a member that gets nothing until {@linkcode #start}. */
  #admit(session: Session): void {
    const member: Member = {
      session,
      cursor: this.#log.head,
      announced: this.#announcements.count,
      replayUntil: 0,
      announceLive: false,
      attached: false,
      fetching: false,
      stalePresence: false,
      sent: undefined,
      joinedAnew: false,
      rules: this.#rules,
      slowSince: -1,
      looks: 0,
    };
    this.#members.set(session, member);
    session.members.set(this.name, member);
    if (session.listening) {
      this.#listeners++;
      return;
    }
    this.#presence.enter(session.name);
    this.#hooks.here.changed();
  }

  /** Sets a member's cursor, sends `joined`, and starts the pump. */
  #start({ session, since, limit, id }: PendingJoin): void {
    const member = this.#members.get(session);
    if (member === undefined || session.reader === null) return;
    const start = this.#log.start(since, limit);
    if (since !== undefined) this.#hooks.stats.resumes[start.recovered]++;
    this.#place(member, start.after);
    this.#tellJoined(member, session.reader, { ...start, id });
    this.due(member);
  }

  /** Sets a member's cursor. It gets the messages up to the head as a replay. */
  #place(member: Member, after: number): void {
    member.cursor = after;
    member.replayUntil = this.head;
    member.announceLive = after < this.head;
    member.attached = true;
    member.stalePresence = false;
    member.announced = this.#announcements.count;
  }

  /** Sends `joined`, with the list, the rights and the rules of now. */
  #tellJoined(
    member: Member,
    reader: Reader,
    { after, recovered, missed, id }: Start & Pick<PendingJoin, "id">,
  ): void {
    member.joinedAnew = false;
    member.rules = this.#rules;
    const { epoch, head } = this.#log;
    const { members, count } = this.presence();
    reader.tell({
      type: "joined",
      room: this.name,
      epoch,
      head,
      after,
      recovered,
      missed,
      count,
      ...(members !== undefined && { members }),
      ...this.#hooks.standing(member.session),
      ...(id !== undefined && { id }),
    });
  }

  /** Sends `joined` after the log was replaced. The list is newer than the
   * announcements that the member has yet to get. */
  #tellJoinedAnew(member: Member, reader: Reader): void {
    member.announced = this.#announcements.count;
    const { cursor: after } = member;
    this.#tellJoined(member, reader, {
      after,
      recovered: "none",
      missed: 0,
      id: undefined,
    });
  }

  /** Announces changes of presence to every member. */
  #announceAll(events: readonly PresenceEvent[]): void {
    for (const event of events) {
      const pace = this.#presencePace;
      // Only the list is as short for readers who get a frame for each name.
      const short = isLong(event) ? this.presence() : undefined;
      this.#announce({ event, short, pace, lastTurn: Infinity });
    }
  }

  /** Announces who is typing, as many as the pace allows. Typing that comes late
   * tells nothing: the rest is dropped. */
  #announceTyping(now: Monotonic): void {
    const typers = this.#presence.typers(now);
    if (typers.size === 0) return;
    const pace = this.#typingPace;
    const lastTurn = this.#hooks.turn() + TYPING_TURNS;
    const most = pace.most(this.#members.size, now);
    for (const from of [...typers].slice(0, most)) {
      const event = { type: "typing", room: this.name, from } as const;
      this.#announce({ event, short: undefined, pace, lastTurn });
    }
  }

  /**
   * Has an event that is not in the log sent to every member that is up to
   * date. A member that lags gets the member list instead, when it has caught
   * up.
   */
  #announce(announcement: Omit<NewAnnouncement, "after">): void {
    this.#announcements.add({ ...announcement, after: this.head });
    this.#walk.want();
    this.#hooks.fanOut();
  }
}
