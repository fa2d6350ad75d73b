/**
 * Logs in the client of one connection within a time limit: checks its token,
 * picks a name, processes the hello and joins the requested room. Keeps the
 * permissions of its latest token.
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

/** What a connection's address requests. */
export interface Entry {
  readonly dialect: Dialect;
  /** The room to join after hello, if any. */
  readonly room?: string | undefined;
  /** The name for hello, in dialects without a hello of their own. */
  readonly name?: string | undefined;
  /** A token from the handshake. */
  readonly auth?: string | undefined;
  /** Number of messages to replay. */
  readonly history?: number | undefined;
}

/** A client that logs in. */
export interface Entrant extends Reader {
  /** Null until hello. */
  readonly session: Session | null;
  /** Whether the connection has closed. */
  readonly gone: boolean;
  /** Takes over a session. Ends it if the connection has closed. */
  begin(session: Session): void;
  /** Sends an error to the client. */
  refuse(error: unknown): void;
}

/** Options of a {@linkcode Login}. */
export interface LoginOptions {
  readonly entry: Entry;
  readonly hub: Hub;
  readonly authority: Authority;
  readonly clock: Clock;
  /** Rate limits of the client. */
  readonly rates: ConnectionRates;
  /** Time limit for hello, in milliseconds. */
  readonly helloMs: number;
}

/** The parts of a connection that the login uses. */
interface Parts {
  /** Queues requests during the login. */
  readonly queue: RequestQueue;
  /** Writes to the client; hello may change its dialect. */
  readonly writer: ConnectionWriter;
  /** Delays requests during the first join. */
  readonly joinWait: JoinWait;
}

/** Logs in one client. */
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
    // In two steps: if the event loop was blocked, a hello that has arrived
    // meanwhile is still processed.
    this.#timer = clock.after(helloMs / 2, () => {
      this.#timer = clock.after(
        helloMs / 2,
        () => entrant.end(CLOSE.noHello),
      );
    });
  }

  /** Sends the greeting once the socket is open. */
  open(): void {
    const { auth } = this.#options.entry;
    if (auth === undefined) return this.#greet();
    this.#queue.wait(this.#check(auth, () => this.#greet()), (error) => {
      this.#entrant.refuse(error);
      this.#entrant.end(closeFor(error));
    });
  }

  /**
   * Starts or resumes a session.
   *
   * @returns When the next request may run, if this one is asynchronous.
   * @throws {HubbubError} Why the hello failed.
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

  /** Replaces the session's token with a newer one. */
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

  /** Stops all timers after the close. */
  stop(): void {
    this.#timer?.();
    this.#credentials.stop();
  }

  /**
   * Checks a token and applies its permissions.
   *
   * @param act What to do afterwards.
   * @param take Must succeed before the permissions apply.
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

  /** Asks for a name, or assigns one, in dialects without hello. */
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
      // Rejected clients are not asked for a name.
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

  /** Retries with an available name: this dialect cannot ask the user. */
  #enterElse(error: unknown): void {
    const entrant = this.#entrant;
    const { details, retryable } = error instanceof HubbubError
      ? error
      : new HubbubError("internal");
    const { suggestion } = details;
    // The token fixes the name: no other is allowed.
    const stuck = retryable || this.#credentials.permissions.name !== undefined;
    if (stuck || suggestion === undefined) entrant.refuse(error);
    if (entrant.gone) return;
    if (stuck) return entrant.end(closeFor(error));
    this.#enter(suggestion);
  }

  /** Continues with the session and joins the requested room. */
  #begin(session: Session): void {
    const entrant = this.#entrant;
    const { hub, entry: { room, history } } = this.#options;
    entrant.begin(session);
    // The connection closed during the lookup.
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
      // The client has no way to request another room.
      if (naming === "given") entrant.end(closeFor(error));
    }
  }
}

/** Returns the close of a client that cannot log in or join its room, with the
 * error as the reason. */
function closeFor(error: unknown): CloseReason {
  if (!(error instanceof HubbubError)) return CLOSE.internalError;
  return because(rowFor(error), error.message);
}

function rowFor({ code, retryable }: HubbubError): CloseReason {
  if (retryable) return CLOSE.tryLater;
  return code === "banned" ? CLOSE.banned : CLOSE.unauthorized;
}
