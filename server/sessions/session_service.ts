/**
 * Logs sessions in and out: checks bans, claims or resumes a name, sets the
 * permissions. access_policy.ts decides who may enter; session_registry.ts
 * keeps sessions over a lost connection.
 */

import { HubbubError } from "../../protocol/errors.ts";
import type { Limits } from "../../protocol/events.ts";
import { nameKey } from "../../protocol/names.ts";
import type { HelloRequest, RequestId } from "../../protocol/requests.ts";
import { EVERY_ROOM } from "../../protocol/rights.ts";
import { userAuthor } from "../auth/author.ts";
import {
  type Fleet,
  type Lending,
  type Soon,
  whenHere,
} from "../fleet/fleet.ts";
import { type AccessPolicy, personOf } from "../moderation/access_policy.ts";
import type { Permissions } from "../auth/permissions.ts";
import type { RoomRegistry } from "../rooms/room_registry.ts";
import type { Reader, Session } from "../rooms/session.ts";
import type { Loss, SessionRegistry } from "./session_registry.ts";

/** Options of {@linkcode SessionService}. */
export interface SessionServiceOptions {
  readonly fleet: Pick<Fleet, "lend">;
  readonly accessPolicy: AccessPolicy;
  readonly sessions: SessionRegistry;
  readonly rooms: Pick<RoomRegistry, "depart">;
  /** Applies bans to a session whose permissions have changed. */
  readonly review: (session: Session) => void;
  /** The limits that each `welcome` announces. */
  readonly limits: Limits;
}

/** Logs sessions in and out on this node. */
export class SessionService {
  readonly #options: SessionServiceOptions;

  constructor(options: SessionServiceOptions) {
    this.#options = options;
  }

  /**
   * Starts a session, or resumes one, and sends `welcome`.
   *
   * @throws {HubbubError} `bad_name`, `name_taken`, `banned` or
   * `store_unavailable`.
   */
  hello(
    reader: Reader,
    request: Omit<HelloRequest, "auth">,
    permissions: Permissions,
  ): Soon<Session> {
    const { sessions, limits } = this.#options;
    this.admit({ name: request.name, address: reader.address }, permissions);
    const welcome = sessions.hello(reader, request, permissions);
    return whenHere(welcome, ({ session, token, guest, resumed }) => {
      this.#admitAs(session, permissions);
      session.reader?.tell({
        type: "welcome",
        session: session.id,
        name: session.name,
        token,
        ...(guest !== undefined && { guest }),
        ...takenName(session, permissions),
        resumed,
        limits,
        id: request.id,
      });
      this.#regrant(session, permissions);
      return session;
    });
  }

  /**
   * Checks bans again when the author is known: a ban also applies under
   * another name.
   *
   * @throws {HubbubError} `banned`; ends the session first.
   */
  #admitAs(session: Session, permissions: Permissions): void {
    const { accessPolicy, sessions } = this.#options;
    try {
      accessPolicy.enter(personOf(session), EVERY_ROOM, permissions);
    } catch (error) {
      sessions.end(session);
      throw error;
    }
  }

  /**
   * Checks that no ban applies.
   *
   * @param person The name, if it is known, and the IP address.
   * @param grant The permissions.
   * @param room The room; by default the whole server.
   * @throws {HubbubError} `banned`.
   */
  admit(
    { name, address }: {
      readonly name?: string | undefined;
      readonly address: string;
    },
    permissions: Permissions,
    room: string = EVERY_ROOM,
  ): void {
    const { user } = permissions;
    const author = user === undefined ? undefined : userAuthor(user).key;
    const isNameStated = permissions.name !== undefined;
    this.#options.accessPolicy.enter(
      { name, isNameStated, author, address },
      room,
      permissions,
    );
  }

  /**
   * Returns a name for a message that is published without a session.
   *
   * @param wanted The name asked for, if any.
   * @param lending The author, and the default name.
   * @throws {HubbubError} `bad_name`, `name_taken` with a free suggestion, or
   * `store_unavailable`.
   */
  lendName(wanted: string | undefined, lending: Lending): Soon<string> {
    return this.#options.fleet.lend(wanted, lending);
  }

  /**
   * Changes a session's name.
   *
   * @throws {HubbubError} `bad_name`, `name_taken`, `forbidden`, `banned` or
   * `store_unavailable`.
   */
  rename(session: Session, name: string, id?: RequestId): Soon<void> {
    const { accessPolicy, sessions } = this.#options;
    const own = session.permissions.name;
    if (own !== undefined && nameKey(name) !== nameKey(own)) {
      throw new HubbubError("forbidden", {
        message: `Your token says that you are "${own}". ` +
          "To choose a name, ask for a token without one",
      });
    }
    for (const room of [EVERY_ROOM, ...session.members.keys()]) {
      accessPolicy.enter(
        { ...personOf(session), name },
        room,
        session.permissions,
      );
    }
    return whenHere(
      sessions.rename(session, name),
      () => session.reader?.tell({ type: "renamed", name: session.name, id }),
    );
  }

  /**
   * Applies a newer access token to a session: its permissions and its name.
   *
   * @returns Resolves when the name has changed, if that waits for the fleet.
   * @throws {HubbubError} `bad_name`, `name_taken` or `store_unavailable`; the
   * session is unchanged then.
   */
  renew(session: Session, permissions: Permissions): Soon<void> {
    const { name } = permissions;
    const isCalled = (stated = "") => nameKey(stated) === nameKey(session.name);
    // A name that was chosen becomes one that a token states.
    const isKnown = isCalled(name) && isCalled(session.permissions.name);
    if (name === undefined || isKnown) {
      return this.#regrant(session, permissions);
    }
    const before = session.name;
    return whenHere(
      this.#options.sessions.rename(
        session,
        isCalled(name) ? before : name,
        { signed: true },
      ),
      () => {
        if (session.name !== before) {
          session.reader?.tell({ type: "renamed", name: session.name });
        }
        this.#regrant(session, permissions);
      },
    );
  }

  /**
   * Changes a session's permissions; it leaves the rooms that it may not read
   * or is banned from. No other code changes permissions. Called for a newer
   * access token, and when a session is resumed.
   */
  #regrant(session: Session, permissions: Permissions): void {
    const { accessPolicy, rooms, review } = this.#options;
    session.permissions = permissions;
    review(session);
    for (const [room, { attached }] of [...session.members]) {
      if (permissions.allows("read", room)) {
        // A resumed session gets the rules when it joins again.
        if (!attached) continue;
        const standing = accessPolicy.standing(session, room);
        const { rights, locked = false, slowMs = 0 } = standing;
        session.reader?.tell({ type: "rules", room, locked, slowMs, rights });
        continue;
      }
      rooms.depart(room, session);
      const { code, message } = new HubbubError("forbidden");
      session.reader?.tell({ type: "left", room, code, message });
    }
  }

  /**
   * Handles a closed connection. Ends its session at once or, if it can be
   * resumed, after the grace period.
   *
   * @param session The session.
   * @param reader Its connection.
   * @param loss Whether the client may resume, and when the connection was
   * lost.
   */
  lost(session: Session, reader: Reader, loss: Loss): void {
    this.#options.sessions.lost(session, reader, loss);
  }
}

/** The name that a token states, where its bearer could not have it. */
function takenName(
  { name }: Pick<Session, "name">,
  { name: stated }: Permissions,
): { readonly taken?: string } {
  if (stated === undefined || nameKey(stated) === nameKey(name)) return {};
  return { taken: stated };
}
