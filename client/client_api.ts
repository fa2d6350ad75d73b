/**
 * The public types of a client: its states, events and methods. Those of a room
 * are in room_api.ts. Import `hubbub.ts` instead of this module.
 */

import type { Limits } from "../protocol/events.ts";
import type { ClientError, ClientErrorCode } from "./errors.ts";
import type { Room } from "./room/room_api.ts";

/** The state of the connection. */
export type ConnectionState =
  /** The client opens a socket, or waits for the server's welcome. */
  | {
    readonly phase: "connecting";
    readonly attempt: number;
    /** As in `waiting`. */
    readonly refused?: string;
    readonly errorCode?: ClientErrorCode;
  }
  /** The server accepted the hello; rooms are joined or being joined. */
  | { readonly phase: "open" }
  /** The connection failed or was lost; the client waits before it retries. */
  | {
    readonly phase: "waiting";
    /** The number of failed attempts in a row; 0 after a lost connection. */
    readonly attempt: number;
    /** When the next attempt starts, milliseconds since 1970. */
    readonly until: number;
    /** Why the last connection ended, for people; may be empty. */
    readonly reason: string;
    /** The server's error message for the last hello; absent if the server did
     * not reject it. */
    readonly refused?: string;
    /** The code of that error. */
    readonly errorCode?: ClientErrorCode;
  }
  | Unauthorized
  /** `close()` was called; the client waits for the server's close. */
  | { readonly phase: "closing" }
  | ClosedState;

/**
 * The server requires an access token, or a different one: call `authorize()`.
 * The client keeps its rooms and unsent messages.
 */
export interface Unauthorized {
  readonly phase: "unauthorized";
  /** The token is missing, invalid or expired. */
  readonly code: "auth_required" | "auth_invalid" | "auth_expired";
  readonly reason: string;
}

/** The client is closed and cannot be used again. */
export interface ClosedState {
  readonly phase: "closed";
  /** The close code (`protocol/close_codes.ts`); 0 without one. */
  readonly code: number;
  readonly reason: string;
  /**
   * `asked`: `close()` was called. `replaced`: another connection took over the
   * session. `refused`: the server rejected the hello, or closed the connection
   * with a code that forbids a reconnect.
   */
  readonly why: "asked" | "replaced" | "refused";
  /** The error code, if the server rejected the hello. */
  readonly errorCode?: ClientErrorCode;
  /** The rest of a kick or ban, milliseconds from now; absent otherwise. */
  readonly retryAfterMs?: number;
}

/** The events of a client, by name. */
export interface ClientEvents {
  state: ConnectionState;
  /** The server accepted the hello, on the first connect or a reconnect. */
  welcome: { readonly name: string; readonly resumed: boolean };
  /** This client's name changed. */
  name: { readonly name: string; readonly before: string | undefined };
  /** The wanted name was taken; the client uses another one. */
  nametaken: { readonly wanted: string; readonly instead: string };
  /** A server error that is not the reply to a method call. */
  error: ClientError;
}

/** A connection that reconnects by itself, and the rooms joined on it. */
export interface Client {
  readonly state: ConnectionState;
  /** This client's name; the wanted one before the first welcome. */
  readonly name: string | undefined;
  /** The public id of the session. */
  readonly session: string | undefined;
  /** The resume token; pass it to a later `connect()` to resume the session. */
  readonly token: string | undefined;
  /** The guest secret; pass it as `guest` to other clients of the same
   * person. */
  readonly guest: string | undefined;
  /** The server's limits; undefined before the first welcome. */
  readonly limits: Limits | undefined;
  /** The rooms joined, or being joined. */
  readonly rooms: readonly Room[];
  /** Resolves when the client is closed; never rejects. */
  readonly closed: Promise<ClosedState>;
  /**
   * Joins a room, and rejoins it after every reconnect. Returns the same object
   * for a room that is joined already.
   *
   * @param room The room's name, in any spelling.
   * @throws {HubbubError} `bad_room`.
   */
  join(room: string, options?: JoinOptions): Room;
  /** Returns the room with this name, if it is joined or being joined. */
  room(name: string): Room | undefined;
  /**
   * Changes this client's name.
   *
   * @returns The name as normalized by the server.
   * @throws {ClientError} Rejects with `bad_name`, `name_taken` (with a
   * suggestion) or `disconnected`.
   */
  rename(name: string): Promise<string>;
  /**
   * Replaces the access token of option `auth`. An open client sends it at once;
   * a disconnected one sends it with the next hello. In phase `unauthorized` the
   * client reconnects at once.
   *
   * @param token The access token.
   * @throws {ClientError} Rejects with the server's error, `disconnected`,
   * `closed`, or `somebody_else` if the token has another `sub`: the client must
   * not send one user's unsent messages as another user.
   */
  authorize(token: string): Promise<void>;
  /**
   * Reconnects without waiting for the next attempt, or pings an open
   * connection. Call it when the network returns or the page becomes visible.
   */
  reconnectNow(): void;
  /**
   * Closes the connection. Unsent messages fail with `closed`; they stay in the
   * stored outbox, if there is one.
   *
   * @returns The same promise as `closed`.
   */
  close(): Promise<ClosedState>;
  /**
   * Adds a listener.
   *
   * @returns A function that removes the listener.
   */
  on<E extends keyof ClientEvents>(
    event: E,
    listener: (value: ClientEvents[E]) => void,
  ): () => void;
}

/** The options of `join()`. */
export interface JoinOptions {
  /** The number of old messages to replay; the default is the server's. */
  readonly limit?: number;
}
