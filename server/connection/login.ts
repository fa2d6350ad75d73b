/**
 * How the client of one connection gets in, in time: by the token that came
 * with it, the name it is asked for or given, its hello, and into the room that
 * it came for. And what it may do, by the token that it showed last.
 */

import {
  because,
  CLOSE,
  type CloseReason,
} from "../../protocol/close_codes.ts";
import type { Dialect } from "../../protocol/dialect.ts";
import { HubbubError } from "../../protocol/errors.ts";
import type { AuthRequest, HelloRequest } from "../../protocol/requests.ts";
import type { Authority } from "../auth/authenticator.ts";
import { ConnectionCredentials } from "../auth/connection_credentials.ts";
import type { Permissions } from "../auth/permissions.ts";
import type { Cancel, Clock } from "../runtime/clock.ts";
import { type Soon, whenHere } from "../fleet/fleet.ts";
import type { Hub } from "../hub/hub.ts";
import type { ConnectionRates } from "./connection_rates.ts";
import type { JoinWait } from "./join_wait.ts";
import type { RequestQueue } from "./request_queue.ts";
import type { ConnectionWriter } from "./writer.ts";
import type { Reader, Session } from "../rooms/session.ts";

/** What the address a client connected to asks for. */
export interface Entry {
  readonly dialect: Dialect;
  /** The room to join after hello, if any. */
  readonly room?: string | undefined;
  /** The name to say hello with, for dialects without a hello of their own. */
  readonly name?: string | undefined;
  /** A token that came with the handshake. */
  readonly auth?: string | undefined;
  /** Messages to replay. */
  readonly history?: number | undefined;
}

/** Who wants to get in. */
export interface Entrant extends Reader {
  /** Null until it has said hello. */
  readonly session: Session | null;
  /** Whether it has gone. */
  readonly gone: boolean;
  /** Takes a session as its own; it ends that itself if it has gone. */
  begin(session: Session): void;
  /** Tells it why something cannot be done. */
  refuse(error: unknown): void;
}

/** What an {@linkcode Login} needs. */
export interface LoginOptions {
  readonly entry: Entry;
  readonly hub: Hub;
  readonly authority: Authority;
  readonly clock: Clock;
  /** What the client may send. */
  readonly rates: ConnectionRates;
  /** Milliseconds a client has to say hello. */
  readonly helloMs: number;
}

/** The parts of a connection that getting in has to do with. */
interface Parts {
  /** Where what it asks for waits while it is being let in. */
  readonly queue: RequestQueue;
  /** The way out to it, whose dialect a hello may change. */
  readonly writer: ConnectionWriter;
  /** Where it waits for the room that it comes for. */
  readonly joinWait: JoinWait;
}

/** Lets one client in. */
export class Login {
  readonly #entrant: Entrant;
  readonly #options: LoginOptions;
  readonly #queue: RequestQueue;
  readonly #writer: ConnectionWriter;
  readonly #joinWait: JoinWait;
  readonly #credentials: ConnectionCredentials;
  #timer: Cancel | null;

  constructor(
    entrant: Entrant,
    options: LoginOptions,
    { queue, writer, joinWait }: Parts,
  ) {
    const { authority, clock, helloMs } = options;
    this.#entrant = entrant;
    this.#options = options;
    this.#queue = queue;
    this.#writer = writer;
    this.#joinWait = joinWait;
    this.#credentials = new ConnectionCredentials({
      authority,
      clock,
      expired: () => {
        entrant.refuse(new HubbubError("auth_expired"));
        entrant.end(CLOSE.expired);
      },
    });
    // In two steps: after a moment in which the process was busy with something
    // else, a hello that has arrived meanwhile is still to be looked at.
    this.#timer = clock.after(helloMs / 2, () => {
      this.#timer = clock.after(
        helloMs / 2,
        () => entrant.end(CLOSE.noHello),
      );
    });
  }

  /** Greets, once the socket is open. */
  open(): void {
    const { auth } = this.#options.entry;
    if (auth === undefined) return this.#greet();
    this.#queue.wait(this.#check(auth, () => this.#greet()), (error) => {
      this.#entrant.refuse(error);
      this.#entrant.end(closeFor(error));
    });
  }

  /**
   * Begins the session, or takes one up.
   *
   * @returns When what comes next may be, where that takes a moment.
   * @throws {HubbubError} Why not.
   */
  hello({ auth, ...request }: HelloRequest): Soon<void> {
    const entrant = this.#entrant;
    if (entrant.session !== null) throw new HubbubError("already_hello");
    if (auth !== undefined) {
      return this.#check(auth, () => this.hello(request));
    }
    this.#credentials.mustBeWelcome();
    if (request.batch) {
      const { dialect } = this.#writer;
      this.#writer.dialect = dialect.batched ?? dialect;
    }
    const { permissions } = this.#credentials;
    const { name = request.name } = permissions;
    return whenHere(
      this.#options.hub.sessionService.hello(
        entrant,
        { ...request, name },
        permissions,
      ),
      (session) => this.#begin(session),
    );
  }

  /** Takes a newer token for the session. */
  renew({ token, id }: AuthRequest): Promise<void> {
    const { hub } = this.#options;
    const renew = async (permissions: Permissions) => {
      const { session } = this.#entrant;
      if (session !== null) {
        await hub.sessionService.renew(session, permissions);
      }
    };
    return this.#check(token, () => {
      const { until } = this.#credentials.permissions;
      this.#entrant.tell({
        type: "authorized",
        until: until === Infinity ? undefined : until,
        id,
      });
    }, renew);
  }

  /** Nothing happens later any more: the client has gone. */
  stop(): void {
    this.#timer?.();
    this.#credentials.stop();
  }

  /**
   * Takes a token: its bearer has the rights that it grants.
   *
   * @param act What to do then.
   * @param take What must not fail before it counts.
   */
  async #check(
    token: string,
    act: () => Soon<void>,
    take?: (permissions: Permissions) => Promise<void>,
  ): Promise<void> {
    const held = () => this.#entrant.session?.permissions;
    const matters = await this.#credentials.show(token, held, take);
    if (!matters) return;
    await act();
  }

  /** Asks for a name, or gives one, in dialects that do not say hello. */
  #greet(): void {
    const entrant = this.#entrant;
    const { hub, entry: { dialect, name } } = this.#options;
    if (dialect.naming === "hello") return;
    try {
      this.#credentials.mustBeWelcome();
    } catch (error) {
      entrant.refuse(error);
      return entrant.end(closeFor(error));
    }
    const { permissions } = this.#credentials;
    try {
      // Whoever is not wanted at all is not asked for a name.
      hub.sessionService.admit(entrant, permissions);
    } catch (error) {
      return entrant.refuse(error);
    }
    if (dialect.naming === "asked" && permissions.name === undefined) {
      return entrant.tell({ type: "name_wanted" });
    }
    this.#enter(permissions.name ?? name);
  }

  /** Says hello for a client whose dialect has none. */
  #enter(name: string | undefined): void {
    const { rates } = this.#options;
    const again = (error: unknown) => this.#enterElse(error);
    try {
      rates.request("hello");
      const done = this.hello({ type: "hello", ...(name && { name }) });
      if (done !== undefined) this.#queue.wait(done, again);
    } catch (error) {
      again(error);
    }
  }

  /** Says hello with a name that can be had; it cannot ask its user. */
  #enterElse(error: unknown): void {
    const entrant = this.#entrant;
    const { details, retryable } = error instanceof HubbubError
      ? error
      : new HubbubError("internal");
    const { suggestion } = details;
    // Its token says which name it has: no other will do.
    const stuck = retryable || this.#credentials.permissions.name !== undefined;
    if (stuck || suggestion === undefined) entrant.refuse(error);
    if (entrant.gone) return;
    if (stuck) return entrant.end(closeFor(error));
    this.#enter(suggestion);
  }

  /** Goes on with the session, into the room it came for. */
  #begin(session: Session): void {
    const entrant = this.#entrant;
    const { hub, entry: { room, history } } = this.#options;
    entrant.begin(session);
    // It went while the session was being looked for.
    if (entrant.gone) return;
    this.#timer?.();
    this.#timer = null;
    if (room === undefined) return;
    const { naming } = entrant.dialect;
    const isBare = naming !== "hello";
    try {
      hub.join(session, {
        type: "join",
        room,
        ...(history !== undefined && { limit: history }),
        ...(isBare && { only: true }),
      });
      if (isBare) this.#queue.wait(this.#joinWait.begin(), () => {});
    } catch (error) {
      if (!isBare) throw error;
      entrant.refuse(error);
      // It could not even ask for another room.
      if (naming === "given") entrant.end(closeFor(error));
    }
  }
}

/** How a client ends that cannot be here, or in the room it came for: with what
 * is wrong as the reason. */
function closeFor(error: unknown): CloseReason {
  if (!(error instanceof HubbubError)) return CLOSE.internalError;
  return because(rowFor(error), error.message);
}

function rowFor({ code, retryable }: HubbubError): CloseReason {
  if (retryable) return CLOSE.tryLater;
  return code === "banned" ? CLOSE.banned : CLOSE.unauthorized;
}
