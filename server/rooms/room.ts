/**
 * One room: its members, each a cursor over the log, and the pump that moves
 * them forward. Joining, resuming, live delivery and catching up are the pump.
 *
 * What happens between two ticks is gathered here and told once: who came
 * before the messages of the tick, who went after them.
 */

import type { CloseReason } from "../../protocol/close_codes.ts";
import type {
  JoinedEvent,
  PresenceEvent,
  ServerEvent,
} from "../../protocol/events.ts";
import type { RequestId } from "../../protocol/requests.ts";
import type { Dialect } from "../../protocol/dialect.ts";
import type { Cursor } from "../../protocol/message.ts";
import type { Here, Roster } from "../fleet/fleet.ts";
import { framesFor, framesOf, ownIn, PageCache } from "./page_cache.ts";
import { MOST_LISTED, Presence } from "./presence.ts";
import { between, RoomLog } from "./room_log.ts";
import type { Member, Session } from "./session.ts";
import type { Stats } from "../runtime/stats.ts";
import type { LogState, StoredMessage } from "../store/store.ts";

/** Somebody about to join. */
export interface Arrival {
  readonly session: Session;
  readonly since: Cursor | undefined;
  /** Messages to replay when nothing is resumed. */
  readonly limit: number;
  readonly id: RequestId | undefined;
  /** Whether it has been told already that it could not be let in. */
  readonly again?: true;
}

/** What a room asks of the hub. */
export interface RoomHooks {
  readonly stats: Stats;
  /** The room on other nodes. */
  readonly here: Here;
  /** Whether somebody may come in; who may not has been told. */
  admits(arrival: Arrival): boolean;
  /** What a member may do here, and what holds here. */
  standing(
    session: Session,
  ): Pick<JoinedEvent, "rights" | "locked" | "slowMs" | "waitMs">;
  /** Something that concerns this session alone has thrown: end it. Never
   * throws. */
  failed(session: Session, error: unknown): void;
  /** Call {@linkcode Room.pump} again when the member's socket has drained. */
  lagging(member: Member): void;
  /** Read what is behind the member's cursor, then pump it with that. */
  fetch(member: Member): void;
  /** Call {@linkcode Room.recount} in a moment, and end the turn. */
  recountLater(): void;
}

/** A room that has members, or is about to. */
export class Room {
  readonly name: string;
  readonly #hooks: RoomHooks;
  readonly #pages = new PageCache();
  readonly #members = new Map<Session, Member>();
  #log: RoomLog;
  readonly #presence: Presence;
  /** Whether it is to be told soon how many are here. */
  #recounting = false;
  /** How many of the members nobody is told of. */
  #listeners = 0;
  #removals = 0;
  #arrivals: Arrival[] = [];

  constructor(name: string, state: LogState, hooks: RoomHooks) {
    this.name = name;
    this.#log = new RoomLog(state);
    this.#presence = new Presence(name);
    this.#hooks = hooks;
    for (const [node, roster] of hooks.here.others) {
      this.#presence.elsewhere(node, roster);
    }
  }

  /** Whether nobody is here or about to be, and nobody needs to be told. */
  get empty(): boolean {
    return this.#members.size === 0 && this.#arrivals.length === 0;
  }

  get epoch(): string {
    return this.#log.epoch;
  }

  /** Seq of the newest message. */
  get head(): number {
    return this.#log.head;
  }

  /** How many are here, on any node, but for those who only listen. */
  get count(): number {
    return this.#presence.count;
  }

  /** How many messages the member furthest behind has yet to get. */
  get lag(): number {
    let lag = 0;
    for (const { cursor, session, attached } of this.#members.values()) {
      if (session.reader === null || !attached) continue;
      lag = Math.max(lag, this.head - cursor);
    }
    return lag;
  }

  /** Everyone who is here, as an event that replaces what was known. */
  presence(): PresenceEvent {
    return this.#presence.all;
  }

  /** How many of them are on this node. */
  get local(): number {
    return this.#members.size - this.#listeners;
  }

  /** Whom this node has here. */
  get roster(): Roster {
    const count = this.local;
    if (count > MOST_LISTED) return { count };
    const people = [...this.#members.keys()].filter((one) => !one.listening);
    return {
      count,
      members: new Map(people.map(({ id, name }) => [id, name])),
    };
  }

  /** How often texts have been removed: what was read before may have them. */
  get removals(): number {
    return this.#removals;
  }

  /** Everyone who is here, those who only listen too. */
  get sessions(): Iterable<Session> {
    return this.#members.keys();
  }

  has(session: Session): boolean {
    return this.#members.has(session);
  }

  /** Whether somebody has seen more than this node knows of by now. */
  lags({ since }: Arrival): boolean {
    return since?.epoch === this.epoch && since.seq > this.head;
  }

  // What happens between ticks.

  /** Lets somebody in at the next tick; also who is in already, to resume. */
  arrive(arrival: Arrival): void {
    this.#arrivals.push(arrival);
  }

  /** Takes a member out now; the others are told at the end of the tick. */
  depart(session: Session): void {
    this.#arrivals = this.#arrivals.filter((other) =>
      other.session !== session
    );
    if (!this.#members.delete(session)) return;
    session.members.delete(this.name);
    if (session.listening) {
      this.#listeners--;
      return;
    }
    this.#presence.exit(session.name);
    this.#hooks.here.changed();
  }

  /** Notes that a person, whose name has changed already, was called `old`.
   *
   * @param sessions Those of it that are in this room; at least one. */
  rename(sessions: readonly Session[], old: string): void {
    const [{ name = old } = {}] = sessions;
    this.#presence.rename(old, name, sessions);
    this.#hooks.here.changed();
  }

  typing(session: Session): void {
    if (!this.#presence.types(session.name)) return;
    this.#hooks.here.typing(session.name);
  }

  // What other nodes are told, and tell.

  /** Nobody of this node is here any more, nor will be. */
  leave(): void {
    this.#hooks.here.leave();
  }

  /** Whom another node has here; undefined for nobody any more. */
  elsewhere(node: string, roster: Roster | undefined): void {
    this.#presence.elsewhere(node, roster);
  }

  /** Somebody on another node is typing. */
  typingElsewhere(name: string): void {
    this.#presence.types(name);
  }

  // The tick, in four steps.

  /** Before the tick's messages: tells who came, and lets them in. */
  announceArrivals(): void {
    for (const { sessions, event } of this.#presence.renamed()) {
      // Who does not see its own messages does not see itself renamed either.
      this.#tell(
        event,
        ({ session }) => sessions.includes(session) && !session.dialect.echoes,
      );
    }
    const arrivals = this.#arrivals.filter((arrival) =>
      this.#members.has(arrival.session) || this.#hooks.admits(arrival)
    );
    this.#arrivals = [];
    const fresh = new Set(
      arrivals.map(({ session }) => session).filter((session) =>
        session.reader !== null && !this.#members.has(session)
      ),
    );
    for (const session of fresh) {
      this.#contain(session, () => this.#admit(session));
    }
    const came = this.#presence.came();
    if (came) this.#tell(came, ({ session }) => fresh.has(session));
    for (const arrival of arrivals) {
      this.#contain(arrival.session, () => this.#start(arrival));
    }
  }

  /** The tick's messages, from the store. */
  append(messages: readonly StoredMessage[]): void {
    if (this.#log.append(messages)) {
      this.#removals++;
      this.#pages.clear();
    }
    for (const { from } of messages) this.#presence.typed(from);
  }

  /** Moves every cursor forward. */
  deliver(): void {
    for (const member of this.#members.values()) this.pump(member);
  }

  /** After the tick's messages: tells who went, and who is typing. */
  announceDepartures(): void {
    const went = this.#presence.went();
    if (went) this.#tell(went);
    for (const from of this.#presence.typers()) {
      const event = { type: "typing", room: this.name, from } as const;
      this.#tell(event, ({ session }) => !session.dialect.wantsTyping);
    }
    if (this.#recounting || !this.#presence.paced) return;
    this.#recounting = true;
    this.#hooks.recountLater();
  }

  /** Lets it be told at the next tick how many are here, if that has changed. */
  recount(): void {
    this.#recounting = false;
    this.#presence.unpace();
  }

  /** The store no longer keeps what is older than `first`. */
  trimmed(first: number): void {
    this.#log.forgetBefore(first);
  }

  /** Takes everybody out and ends every reader: what this room knows cannot be
   * trusted any more. Never throws. */
  disband(reason: CloseReason): void {
    const sessions = [...this.#members.keys()];
    this.#members.clear();
    this.#arrivals = [];
    for (const session of sessions) {
      session.members.delete(this.name);
      this.#contain(session, () => session.reader?.end(reason));
    }
  }

  /** The log was lost, and everyone starts anew in its next life; or more was
   * missed than is kept, and everyone is told what is gone. */
  reset(state: LogState): void {
    const same = state.epoch === this.epoch;
    this.#log = new RoomLog(state);
    this.#pages.clear();
    if (same) return this.deliver();
    for (const { session } of this.#members.values()) {
      this.#contain(
        session,
        () =>
          this.#start({ session, since: undefined, limit: 0, id: undefined }),
      );
    }
  }

  // The pump.

  /**
   * Writes to a member what it has not got, as far as its socket takes it.
   * The one way by which messages reach anybody.
   *
   * @param member Somebody in this room.
   * @param fetched What the store had behind the member's cursor, when that is
   * older than what is in memory. It is not kept: who lags costs no memory.
   */
  pump(member: Member, fetched?: readonly StoredMessage[]): void {
    // Without a closure: this runs for every member and tick.
    try {
      this.#pump(member, fetched);
    } catch (error) {
      this.#hooks.failed(member.session, error);
    }
  }

  #pump(member: Member, fetched?: readonly StoredMessage[]): void {
    const { reader } = member.session;
    if (reader === null || !member.attached || member.fetching) return;
    // Its socket drained, or the store answered, after it had left.
    if (this.#members.get(member.session) !== member) return;
    const log = this.#log;
    if (member.cursor < log.head && !reader.ready) {
      return this.#hooks.lagging(member);
    }
    while (member.cursor < log.head) {
      if (!reader.writable) return this.#hooks.lagging(member);
      const after = member.cursor;
      if (after < log.first - 1) {
        const to = log.first - 1;
        reader.tell({ type: "gap", room: this.name, from: after + 1, to });
        member.cursor = to;
        continue;
      }
      const replay = after < member.replayUntil;
      const upTo = replay ? member.replayUntil : log.head;
      const page = this.#pages.get(
        { dialect: reader.dialect, replay, after, upTo },
        () => log.slice(after, upTo) ?? between(fetched, after, upTo),
      );
      if (page === undefined) return this.#hooks.fetch(member);
      const { key: author } = member.session.author;
      // A page is the same for all. Whose a message is, its author alone is
      // told, on all connections but the one that sent it.
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
    }
    if (member.announceLive) {
      member.announceLive = false;
      reader.tell({ type: "live", room: this.name });
    }
    if (member.stalePresence) {
      if (!reader.ready) return this.#hooks.lagging(member);
      member.stalePresence = false;
      reader.tell(this.presence());
    }
  }

  /** What goes wrong with one session must not reach the others. */
  #contain(session: Session, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#hooks.failed(session, error);
    }
  }

  /** Makes a member that gets nothing until it is started. */
  #admit(session: Session): void {
    const member: Member = {
      session,
      cursor: this.#log.head,
      replayUntil: 0,
      announceLive: false,
      attached: false,
      fetching: false,
      stalePresence: false,
      sent: undefined,
      laggedAt: -1,
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

  /** Sets a member's cursor, says where it stands, and lets the pump go. */
  #start({ session, since, limit, id }: Arrival): void {
    const member = this.#members.get(session);
    if (member === undefined || session.reader === null) return;
    const { after, recovered, missed } = this.#log.start(since, limit);
    if (since !== undefined) this.#hooks.stats.resumes[recovered]++;
    const { epoch, head } = this.#log;
    member.cursor = after;
    member.replayUntil = head;
    member.announceLive = after < head;
    member.attached = true;
    member.stalePresence = false;
    const { members, count } = this.presence();
    session.reader.tell({
      type: "joined",
      room: this.name,
      epoch,
      head,
      after,
      recovered,
      missed,
      count,
      ...(members !== undefined && { members }),
      ...this.#hooks.standing(session),
      ...(id !== undefined && { id }),
    });
    this.pump(member);
  }

  /**
   * Tells what is not in the log to everyone who is up to date. Who lags does
   * not get it; it gets the list of who is here when it has caught up.
   */
  #tell(event: ServerEvent, skip?: (member: Member) => boolean): void {
    const encoded = new Map<Dialect, readonly string[]>();
    for (const member of this.#members.values()) {
      const { reader } = member.session;
      if (reader === null || !member.attached || skip?.(member)) continue;
      if (member.cursor < this.#log.head || !reader.ready) {
        member.stalePresence = true;
        this.#hooks.lagging(member);
        continue;
      }
      let frames = encoded.get(reader.dialect);
      if (frames === undefined) {
        frames = framesOf(reader.dialect, event);
        encoded.set(reader.dialect, frames);
      }
      reader.send(frames);
    }
  }
}
