/**
 * The sessions of this node, and whose they are: how they begin, outlive a
 * connection, come back, here or on another node, and end. Whose name is whose,
 * the fleet knows; which rooms they are in, the hub.
 */

import { CLOSE, type CloseReason } from "../../protocol/close_codes.ts";
import { nameKey } from "../../protocol/names.ts";
import type { HelloRequest } from "../../protocol/requests.ts";
import { sessionAuthor, userAuthor } from "../auth/author.ts";
import type { Clock } from "../runtime/clock.ts";
import {
  type Fleet,
  type Held,
  type Roster,
  type Soon,
  whenHere,
} from "../fleet/fleet.ts";
import type { Grant } from "../auth/permissions.ts";
import type { Logger } from "../runtime/logger.ts";
import { newSession, type Reader, type Session } from "../rooms/session.ts";
import { ContainedReader, isReader } from "./contained_reader.ts";
import { Tokens } from "./resume_token.ts";

/** What {@linkcode Sessions} needs. */
export interface SessionsOptions {
  readonly fleet: Fleet;
  /** The store's secret, for session tokens. */
  readonly secret: Uint8Array;
  readonly clock: Clock;
  readonly log: Pick<Logger, "error">;
  /** Milliseconds a session outlives its connection. */
  readonly graceMs: number;
  /** Takes a session out of a room. */
  readonly depart: (room: string, session: Session) => void;
  /** Tells the rooms of a person's sessions that it has another name than
   * `old`. */
  readonly renamed: (sessions: readonly Session[], old: string) => void;
  /** What the fleet is told by cannot be used. */
  readonly outOfReach: () => void;
}

/** How a session lost its connection. */
export interface Loss {
  /** Whether its user may come back to it. */
  readonly mayReturn: boolean;
  /** How long ago the peer last showed that it was there, milliseconds; 0 by
   * default. */
  readonly agoMs?: number;
}

/** A session that has just begun, or was taken up again. */
export interface Welcome {
  readonly session: Session;
  /** Its secret. */
  readonly token: string;
  /** Its guest's secret; undefined for who has a signed token. */
  readonly guest: string | undefined;
  readonly resumed: boolean;
}

/** All sessions of this node. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #tokens: Tokens;
  readonly #byId = new Map<string, Session>();
  /** By the author's key: all sessions of a person. */
  readonly #byAuthor = new Map<string, Set<Session>>();
  /** Those that another node has by now, for the rest of their grace. */
  readonly #handedOver = new Set<Session>();

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#tokens = new Tokens(options.secret);
    // The fleet has more to tell, of others.
    const contained = (act: (id: string) => void) => (id: string) => {
      try {
        act(id);
      } catch (error) {
        options.log.error("session failed", { session: id, error });
      }
    };
    options.fleet.begin({
      replaced: contained((id) => this.#replaced(id)),
      renamed: (id, name) =>
        contained((id) => {
          const session = this.#byId.get(id);
          if (session !== undefined) {
            this.#rename(session, name, { told: null });
          }
        })(id),
      outnamed: contained((id) => this.#outnamed(id)),
      outOfReach: options.outOfReach,
    });
  }

  /** Every session, in the order they began. */
  all(): Session[] {
    return [...this.#byId.values()];
  }

  get size(): number {
    return this.#byId.size;
  }

  /**
   * Begins a session, or takes one up again.
   *
   * @throws {HubbubError} `bad_name`, `name_taken` with a free suggestion, or
   * `store_unavailable`.
   */
  hello(
    reader: Reader,
    { name, token, guest: secret }: Pick<
      HelloRequest,
      "name" | "token" | "guest"
    >,
    grant: Grant,
  ): Soon<Welcome> {
    const { user } = grant;
    const contained = this.#contain(reader);
    const known = this.#tokens.verify(token ?? "");
    const old = this.#byId.get(known?.session ?? "");
    const other = old !== undefined &&
      (old.dialect.name !== reader.dialect.name || old.grant.user !== user);
    const guest = known?.guest ?? this.#tokens.verifyGuest(secret ?? "");
    const held = this.#options.fleet.claim({
      session: other ? undefined : known?.session,
      name,
      user,
      guest,
      dialect: reader.dialect.name,
    });
    return whenHere(held, (held) =>
      whenHere(
        this.#keepName(held, grant),
        (held) => this.#welcome(contained, held, { grant, guest }),
      ));
  }

  /** A person who is here under another name takes the one its token has. */
  #keepName(held: Held, { name: own }: Grant): Soon<Held> {
    if (own === undefined || nameKey(held.name) === nameKey(own)) return held;
    const { fleet } = this.#options;
    const failed = (error: unknown): never => {
      // A session that is here goes on, and keeps its name.
      if (!this.#byId.has(held.session)) fleet.release(held.session);
      throw error;
    };
    try {
      const name = fleet.rename(held.session, own);
      return name instanceof Promise
        ? name.then((name) => ({ ...held, name }), failed)
        : { ...held, name };
    } catch (error) {
      return failed(error);
    }
  }

  /**
   * Gives a session another name.
   *
   * @throws {HubbubError} `bad_name`, `name_taken` with a free suggestion, or
   * `store_unavailable`.
   */
  rename(session: Session, wanted: string): Soon<void> {
    return whenHere(
      this.#options.fleet.rename(session.id, wanted),
      (name) => this.#rename(session, name),
    );
  }

  /**
   * A connection is gone. Its session goes with it, at once or, where it can
   * be resumed, after a grace period in which nobody notices.
   *
   * @param loss Whether its user may come back to it, and when it was lost: the
   * grace period runs from then.
   */
  lost(session: Session, reader: Reader, { mayReturn, agoMs = 0 }: Loss): void {
    if (!isReader(session.reader, reader)) return;
    session.reader = null;
    if (!mayReturn || !session.dialect.resumable) return this.end(session);
    this.#endLater(session, agoMs);
  }

  /**
   * Something that belongs to one session has thrown: its connection is closed
   * with 1011, and its user may come back.
   */
  failed(session: Session, error: unknown): void {
    this.#options.log.error("session failed", { session: session.id, error });
    const { reader } = session;
    if (reader === null) return;
    reader.end(CLOSE.internalError);
    this.lost(session, reader, { mayReturn: true });
  }

  /** Ends a session: it leaves every room and its name is free. Never throws:
   * what cannot be done is logged. */
  end(session: Session): void {
    session.grace?.();
    session.grace = null;
    for (const room of [...session.members.keys()]) {
      this.#attempt(session, () => this.#options.depart(room, session));
    }
    // Rooms that were still being opened for it let nobody in without a reader.
    session.reader = null;
    this.#handedOver.delete(session);
    if (!this.#byId.delete(session.id)) return;
    const author = session.author.key;
    const all = this.#byAuthor.get(author);
    all?.delete(session);
    if (all?.size === 0) this.#byAuthor.delete(author);
    this.#attempt(session, () => this.#options.fleet.release(session.id));
  }

  /** Another node tells whom it has in a room. Who was handed over to it has
   * arrived there, and is in the room once. */
  arrivedElsewhere(room: string, { members }: Roster): void {
    for (const session of this.#handedOver) {
      if (!members?.has(session.id) || !session.members.has(room)) continue;
      this.#options.depart(room, session);
    }
  }

  /** Stops all that is to happen later. */
  stop(): void {
    for (const session of this.#byId.values()) session.grace?.();
  }

  #attempt(session: Session, act: () => void): void {
    try {
      act();
    } catch (error) {
      const { log } = this.#options;
      log.error("session not ended well", { session: session.id, error });
    }
  }

  /** What a reader throws costs its own session's connection alone. */
  #contain(reader: Reader): Reader {
    const contained = new ContainedReader(reader, (error) => {
      const session = this.all().find((one) => one.reader === contained);
      if (session !== undefined) return this.failed(session, error);
      this.#options.log.error("reader failed", { error });
    });
    return contained;
  }

  #welcome(
    reader: Reader,
    held: Held,
    { grant, guest }: { grant: Grant; guest: string | undefined },
  ): Welcome {
    const old = this.#byId.get(held.session);
    const session = old ?? this.#begin(reader, held, { grant, guest });
    if (old !== undefined) this.#resume(old, { reader, held });
    const { kind, id: person } = session.author;
    const isGuest = kind === "session";
    return {
      session,
      token: this.#tokens.issue(session.id, isGuest ? person : session.id),
      guest: isGuest ? this.#tokens.issueGuest(person) : undefined,
      resumed: held.resumed || old !== undefined,
    };
  }

  #begin(
    reader: Reader,
    { session: id, name }: Held,
    { grant, guest = id }: { grant: Grant; guest: string | undefined },
  ): Session {
    const session = newSession({
      id,
      author: grant.user === undefined
        ? sessionAuthor(guest)
        : userAuthor(grant.user),
      dialect: reader.dialect,
      name,
      grant,
      reader,
    });
    this.#byId.set(id, session);
    const author = session.author.key;
    const all = this.#byAuthor.get(author) ?? new Set();
    this.#byAuthor.set(author, all.add(session));
    this.#rename(session, name);
    return session;
  }

  /** Sets a session that lost its connection on a new one. What it may do is
   * changed by the session service, as for every change of rights. */
  #resume(
    session: Session,
    { reader, held }: { reader: Reader; held: Held },
  ): void {
    this.#handedOver.delete(session);
    const old = session.reader;
    session.reader = reader;
    old?.end(CLOSE.replaced);
    this.#rename(session, held.name);
    for (const member of session.members.values()) member.attached = false;
    session.grace?.();
    // Rooms it does not come back to are left when the grace is over.
    const { clock, graceMs, depart } = this.#options;
    session.grace = clock.after(graceMs, () => {
      for (const [room, { attached }] of [...session.members]) {
        if (!attached) this.#attempt(session, () => depart(room, session));
      }
    });
  }

  /**
   * All sessions of a person have one name.
   *
   * @param told The one that is told of it otherwise.
   */
  #rename(
    one: Session,
    name: string,
    { told }: { told: Session | null } = { told: one },
  ): void {
    const renamed = new Map<string, Session[]>();
    for (const session of this.#byAuthor.get(one.author.key) ?? [one]) {
      const old = session.name;
      if (old === name) continue;
      session.name = name;
      renamed.set(old, [...renamed.get(old) ?? [], session]);
      if (session !== told) session.reader?.tell({ type: "renamed", name });
    }
    for (const [old, sessions] of renamed) {
      this.#options.renamed(sessions, old);
    }
  }

  /** @param agoMs For how long its grace period has been running already. */
  #endLater(session: Session, agoMs = 0): void {
    const { clock, graceMs } = this.#options;
    const restMs = graceMs - agoMs;
    if (restMs <= 0) return this.end(session);
    session.grace?.();
    session.grace = clock.after(restMs, () => this.end(session));
  }

  /** Another node has it now: here it is kept only as long as those who see it
   * go might not have seen it come. */
  #replaced(id: string): void {
    const session = this.#byId.get(id);
    if (session === undefined) return;
    this.#handedOver.add(session);
    this.#cut(session, CLOSE.replaced);
    this.#endLater(session);
  }

  #outnamed(id: string): void {
    const session = this.#byId.get(id);
    if (session === undefined) return;
    const { reader } = session;
    this.end(session);
    reader?.end(CLOSE.outnamed);
  }

  /** Takes a session its connection away, which is no news to it. */
  #cut(session: Session, reason: CloseReason): void {
    const { reader } = session;
    session.reader = null;
    reader?.end(reason);
  }
}
