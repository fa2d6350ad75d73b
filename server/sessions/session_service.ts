/**
 * Who comes, under which name and with which rights, and who goes. Whom the
 * house rules let in, the gate says; how a session outlives its connection,
 * sessions.ts.
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
import { type Gate, personOf } from "../moderation/access_policy.ts";
import type { Grant } from "../auth/permissions.ts";
import type { Rooms } from "../rooms/room_registry.ts";
import type { Reader, Session } from "../rooms/session.ts";
import type { Loss, Sessions } from "./session_registry.ts";

/** What a {@linkcode Reception} needs. */
export interface ReceptionOptions {
  readonly fleet: Pick<Fleet, "lend">;
  readonly gate: Gate;
  readonly sessions: Sessions;
  readonly rooms: Pick<Rooms, "depart">;
  /** Makes bans hold for a session whose rights have changed. */
  readonly review: (session: Session) => void;
  /** What everybody who comes is told. */
  readonly limits: Limits;
}

/** Receives everybody who comes to this node. */
export class Reception {
  readonly #options: ReceptionOptions;

  constructor(options: ReceptionOptions) {
    this.#options = options;
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
    const { sessions, limits } = this.#options;
    this.admit({ name: request.name, address: reader.address }, grant);
    const welcome = sessions.hello(reader, request, grant);
    return whenHere(welcome, ({ session, token, guest, resumed }) => {
      this.#admitAs(session, grant);
      session.reader?.tell({
        type: "welcome",
        session: session.id,
        name: session.name,
        token,
        ...(guest !== undefined && { guest }),
        resumed,
        limits,
        id: request.id,
      });
      this.#regrant(session, grant);
      return session;
    });
  }

  /**
   * Looks again when it is known who it is: a ban holds under another name too.
   *
   * @throws {HubbubError} `banned`; the session is over then.
   */
  #admitAs(session: Session, grant: Grant): void {
    const { gate, sessions } = this.#options;
    try {
      gate.enter(personOf(session), EVERY_ROOM, grant);
    } catch (error) {
      sessions.end(session);
      throw error;
    }
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
    const author = user === undefined ? undefined : userAuthor(user).key;
    this.#options.gate.enter({ name, author, address }, room, grant);
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

  /**
   * Changes a session's name.
   *
   * @throws {HubbubError} `bad_name`, `name_taken`, `forbidden`, `banned` or
   * `store_unavailable`.
   */
  rename(session: Session, name: string, id?: RequestId): Soon<void> {
    const { gate, sessions } = this.#options;
    const own = session.grant.name;
    if (own !== undefined && nameKey(name) !== nameKey(own)) {
      throw new HubbubError("forbidden", {
        message: `Your token says that you are "${own}". ` +
          "Ask for one that names nobody, to choose a name yourself",
      });
    }
    for (const room of [EVERY_ROOM, ...session.members.keys()]) {
      gate.enter({ ...personOf(session), name }, room, session.grant);
    }
    return whenHere(
      sessions.rename(session, name),
      () => session.reader?.tell({ type: "renamed", name: session.name, id }),
    );
  }

  /**
   * Takes what a newer token grants a session, and the name that it says.
   *
   * @returns When the name is changed, where that takes a moment.
   * @throws {HubbubError} `bad_name`, `name_taken` or `store_unavailable`;
   * nothing is changed then.
   */
  renew(session: Session, grant: Grant): Soon<void> {
    const { name } = grant;
    if (name === undefined || nameKey(name) === nameKey(session.name)) {
      return this.#regrant(session, grant);
    }
    return whenHere(this.#options.sessions.rename(session, name), () => {
      session.reader?.tell({ type: "renamed", name: session.name });
      this.#regrant(session, grant);
    });
  }

  /**
   * Changes what a session may do; it leaves the rooms it may not read, and
   * those it is banned from. The one way by which rights change: with a newer
   * token, and when a session is taken up again.
   */
  #regrant(session: Session, grant: Grant): void {
    const { gate, rooms, review } = this.#options;
    session.grant = grant;
    review(session);
    for (const [room, { attached }] of [...session.members]) {
      if (grant.allows("read", room)) {
        // Who has not joined it again is told when it does.
        if (!attached) continue;
        const standing = gate.standing(session, room);
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
   * A connection is gone. Its session goes with it, at once or, where it can
   * be resumed, after a grace period in which nobody notices.
   *
   * @param loss Whether its user may come back to it, and when it was lost.
   */
  lost(session: Session, reader: Reader, loss: Loss): void {
    this.#options.sessions.lost(session, reader, loss);
  }
}
