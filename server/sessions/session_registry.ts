/**
 * Registry of the sessions of this node, by id and by author. Starts sessions,
 * keeps them over a lost connection, resumes them here or hands them over to
 * another node, and ends them. The fleet assigns names.
 */

import { CLOSE, type CloseReason } from "../../protocol/close_codes.ts";
import { HubbubError } from "../../protocol/errors.ts";
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
import type { Permissions } from "../auth/permissions.ts";
import type { Logger } from "../runtime/logger.ts";
import type { RoomRegistry } from "../rooms/room_registry.ts";
import { newSession, type Reader, type Session } from "../rooms/session.ts";
import { ContainedReader, isReader } from "./contained_reader.ts";
import { Tokens } from "./resume_token.ts";

/** Options of {@linkcode SessionRegistry}. */
export interface SessionRegistryOptions {
  readonly fleet: Fleet;
  /** The store's secret, which signs resume tokens. */
  readonly secret: Uint8Array;
  readonly clock: Clock;
  readonly log: Pick<Logger, "error">;
  /** Grace period: milliseconds that a session outlives its connection. */
  readonly graceMs: number;
  readonly rooms: Pick<RoomRegistry, "depart" | "renamed">;
  /** Called when the fleet's engine is out of reach. */
  readonly outOfReach: (error: unknown) => void;
}

/** How a session lost its connection. */
export interface Loss {
  /** Whether the client may resume the session. */
  readonly mayReturn: boolean;
  /** Milliseconds since the last sign of life of the peer; 0 by default. */
  readonly agoMs?: number;
}

/** A started or resumed session. */
export interface Welcome {
  readonly session: Session;
  /** Its resume token. */
  readonly token: string;
  /** Its guest secret; undefined with an access token. */
  readonly guest: string | undefined;
  readonly resumed: boolean;
}

/** The longest numbers leave this many characters of a name. */
const LONG_STEM = 19;

/** All sessions of this node. */
export class SessionRegistry {
  readonly #options: SessionRegistryOptions;
  readonly #tokens: Tokens;
  readonly #byId = new Map<string, Session>();
  /** All sessions of a person, by the author's key. */
  readonly #byAuthor = new Map<string, Set<Session>>();
  /** Sessions that another node has taken over, until their grace period
   * ends. */
  readonly #handedOver = new Set<Session>();

  constructor(options: SessionRegistryOptions) {
    this.#options = options;
    this.#tokens = new Tokens(options.secret);
    // A throw must not keep the fleet from its other events.
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

  /** Returns every session, in the order of their start. */
  all(): Session[] {
    return [...this.#byId.values()];
  }

  get size(): number {
    return this.#byId.size;
  }

  /**
   * Starts a session, or resumes one.
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
    permissions: Permissions,
  ): Soon<Welcome> {
    const { user } = permissions;
    const contained = this.#contain(reader);
    const known = this.#tokens.verify(token ?? "");
    const old = this.#byId.get(known?.session ?? "");
    const other = old !== undefined &&
      (old.dialect.name !== reader.dialect.name ||
        old.permissions.user !== user);
    const guest = known?.guest ?? this.#tokens.verifyGuest(secret ?? "");
    const held = this.#options.fleet.claim({
      session: other ? undefined : known?.session,
      name,
      user,
      guest,
      signed: permissions.name !== undefined,
      dialect: reader.dialect.name,
    });
    return whenHere(held, (held) =>
      whenHere(
        permissions.name === undefined ||
          nameKey(held.name) === nameKey(permissions.name)
          ? held
          : this.#keepName(held, permissions.name),
        (held) => this.#welcome(contained, held, { permissions, guest }),
      ));
  }

  /** Renames a person who is online under another name than its token's; to one
   * like it, where another user's token states the same. */
  #keepName(held: Held, own: string): Soon<Held> {
    const { fleet } = this.#options;
    const { session } = held;
    const rename = (wanted: string): Soon<Held> =>
      whenHere(
        fleet.rename(session, wanted, { signed: true }),
        (name) => ({ ...held, name }),
      );
    const failed = (error: unknown): Soon<Held> => {
      const free = error instanceof HubbubError && error.code === "name_taken"
        ? error.details.suggestion
        : undefined;
      if (free !== undefined) {
        return isLike(held.name, own) ? held : rename(free);
      }
      // A session that is here goes on, and keeps its name.
      if (!this.#byId.has(session)) fleet.release(session);
      throw error;
    };
    try {
      const done = rename(own);
      return done instanceof Promise ? done.catch(failed) : done;
    } catch (error) {
      return failed(error);
    }
  }

  /**
   * Renames a session, and all sessions of its person.
   *
   * @param options `signed`: whether an access token states the name, to which
   * guests give way.
   * @throws {HubbubError} `bad_name`, `name_taken` with a free suggestion,
   * `forbidden` where another session's token states the name, or
   * `store_unavailable`.
   */
  rename(
    session: Session,
    wanted: string,
    options: { readonly signed?: boolean } = {},
  ): Soon<void> {
    const { fleet } = this.#options;
    return whenHere(
      fleet.rename(session.id, wanted, options),
      // News of a newer one may have come since.
      (name) => this.#rename(session, fleet.nameOf(session.id) ?? name),
    );
  }

  /**
   * Handles a closed connection. Ends its session at once or, if it can be
   * resumed, after the grace period.
   *
   * @param session The session.
   * @param reader Its connection.
   * @param loss Whether the client may resume, and when the connection was
   * lost: the grace period starts then.
   */
  lost(session: Session, reader: Reader, { mayReturn, agoMs = 0 }: Loss): void {
    if (!isReader(session.reader, reader)) return;
    session.reader = null;
    if (!mayReturn || !session.dialect.resumable) return this.end(session);
    this.#endLater(session, agoMs);
  }

  /**
   * Closes a session's connection with 1011 after something of the session has
   * thrown. The client may resume.
   */
  failed(session: Session, error: unknown): void {
    this.#options.log.error("session failed", { session: session.id, error });
    const { reader } = session;
    if (reader === null) return;
    reader.end(CLOSE.internalError);
    this.lost(session, reader, { mayReturn: true });
  }

  /** Ends a session: it leaves every room and its name is free. Never throws,
   * but logs failures. */
  end(session: Session): void {
    session.grace?.();
    session.grace = null;
    for (const room of [...session.members.keys()]) {
      this.#attempt(session, () => this.#options.rooms.depart(room, session));
    }
    // A room that is still opening admits no session without a reader.
    session.reader = null;
    this.#handedOver.delete(session);
    if (!this.#byId.delete(session.id)) return;
    const author = session.author.key;
    const all = this.#byAuthor.get(author);
    all?.delete(session);
    if (all?.size === 0) this.#byAuthor.delete(author);
    this.#attempt(session, () => this.#options.fleet.release(session.id));
  }

  /** Removes handed-over sessions from a room that they have joined on another
   * node. */
  arrivedElsewhere(room: string, { members }: Roster): void {
    for (const session of this.#handedOver) {
      if (!members?.has(session.id) || !session.members.has(room)) continue;
      this.#options.rooms.depart(room, session);
    }
  }

  /** Cancels all grace periods. */
  stop(): void {
    for (const session of this.#byId.values()) session.grace?.();
  }

  #attempt(session: Session, act: () => void): void {
    try {
      act();
    } catch (error) {
      const { log } = this.#options;
      log.error("session cleanup failed", { session: session.id, error });
    }
  }

  /** Wraps a reader, so that a throw closes its own connection alone. */
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
    claimed: Held,
    { permissions, guest }: {
      permissions: Permissions;
      guest: string | undefined;
    },
  ): Welcome {
    // What it was renamed to since was told to nobody.
    const name = this.#options.fleet.nameOf(claimed.session) ?? claimed.name;
    const held = { ...claimed, name };
    const old = this.#byId.get(held.session);
    const session = old ?? this.#begin(reader, held, { permissions, guest });
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
    { permissions, guest = id }: {
      permissions: Permissions;
      guest: string | undefined;
    },
  ): Session {
    const session = newSession({
      id,
      author: permissions.user === undefined
        ? sessionAuthor(guest)
        : userAuthor(permissions.user),
      dialect: reader.dialect,
      name,
      permissions,
      reader,
    });
    this.#byId.set(id, session);
    const author = session.author.key;
    const all = this.#byAuthor.get(author) ?? new Set();
    this.#byAuthor.set(author, all.add(session));
    this.#rename(session, name);
    return session;
  }

  /** Resumes a session on a new connection. The session service changes its
   * permissions, as always. */
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
    // It leaves the rooms that it has not joined again by the end of the grace.
    const { clock, graceMs, rooms } = this.#options;
    session.grace = clock.after(graceMs, () => {
      for (const [room, { attached }] of [...session.members]) {
        if (!attached) {
          this.#attempt(session, () => rooms.depart(room, session));
        }
      }
    });
  }

  /**
   * Renames all sessions of a person, and sends them `renamed`.
   *
   * @param told The session that gets the new name in another event.
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
      this.#options.rooms.renamed(sessions, old, name);
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

  /** Handles a session that another node has taken over. This node keeps its
   * memberships for a while, so that other members do not see a leave before
   * the join. */
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

  /** Detaches a session from its connection, and closes that. */
  #cut(session: Session, reason: CloseReason): void {
    const { reader } = session;
    session.reader = null;
    reader?.end(reason);
  }
}

/** Whether a name is one that is given where `own` is taken: with a number, and
 * shortened where that would be too long. */
function isLike(name: string, own: string): boolean {
  const stem = name.replace(/ \d+$/, "");
  if (stem === name) return false;
  return nameKey(stem) === nameKey(own) ||
    stem.length >= LONG_STEM && nameKey(own).startsWith(nameKey(stem));
}
