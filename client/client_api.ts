/**
 * What users of the client see of the connection: its states, events and
 * methods; a room's stand in room_api.ts. Types only; `hubbub.ts` is the module
 * to import.
 */

import type { Limits } from "../protocol/events.ts";
import type { ClientError, ClientErrorCode } from "./errors.ts";
import type { Room } from "./room/room_api.ts";

/** Where the connection is, from the first attempt to the last. */
export type ConnectionState =
  /** A socket is being opened, or waits for the server's welcome. */
  | {
    readonly phase: "connecting";
    readonly attempt: number;
    /** As in `waiting`. */
    readonly refused?: string;
    readonly errorCode?: ClientErrorCode;
  }
  /** The server knows us; rooms are being joined or are. */
  | { readonly phase: "open" }
  /** The connection was lost or could not be made; it will be tried again. */
  | {
    readonly phase: "waiting";
    /** How many attempts in a row have failed; 0 after a lost connection. */
    readonly attempt: number;
    /** When the next attempt starts, milliseconds since 1970. */
    readonly until: number;
    /** What ended the last connection, in words; may be empty. */
    readonly reason: string;
    /** What the server had against the last hello, in its words; absent where
     * it was not that. */
    readonly refused?: string;
    /** The code of that error. */
    readonly errorCode?: ClientErrorCode;
  }
  | Unauthorized
  /** `close()` was called and the server has not said goodbye yet. */
  | { readonly phase: "closing" }
  | ClosedState;

/**
 * The server asks for a token, or for another one: `authorize()` goes on from
 * here. Rooms and unsent messages stay.
 */
export interface Unauthorized {
  readonly phase: "unauthorized";
  /** There was none, it is not valid here, or its time is over. */
  readonly code: "auth_required" | "auth_invalid" | "auth_expired";
  readonly reason: string;
}

/** The end: nothing more happens with this client. */
export interface ClosedState {
  readonly phase: "closed";
  /** The close code (`protocol/close_codes.ts`); 0 when there was none. */
  readonly code: number;
  readonly reason: string;
  /**
   * `asked`: by `close()`. `replaced`: another connection took the session
   * over. `refused`: the server does not want this client to come back, or
   * refused its hello.
   */
  readonly why: "asked" | "replaced" | "refused";
  /** The code of the error, where the server refused the hello. */
  readonly errorCode?: ClientErrorCode;
  /** For how long the server keeps this client out, milliseconds from now on;
   * absent where it is not a kick or ban. */
  readonly retryAfterMs?: number;
}

/** What a client tells its listeners, by name of the event. */
export interface ClientEvents {
  state: ConnectionState;
  /** The server knows us, at first or again. */
  welcome: { readonly name: string; readonly resumed: boolean };
  /** The own name is another one now. */
  name: { readonly name: string; readonly before: string | undefined };
  /** The wanted name was taken; the client goes on with another. */
  nametaken: { readonly wanted: string; readonly instead: string };
  /** An error of the server that answers no request of a room's or caller's. */
  error: ClientError;
}

/** A connection to a server that heals itself, and the rooms joined on it. */
export interface Client {
  readonly state: ConnectionState;
  /** The own name; until the first welcome the wanted one. */
  readonly name: string | undefined;
  /** Public name of the session. */
  readonly session: string | undefined;
  /** The session's secret; a later `connect()` with it resumes. */
  readonly token: string | undefined;
  /** The secret of the guest one is: give it to other clients of the same person
   * as `guest`. */
  readonly guest: string | undefined;
  /** What the server allows; undefined before the first welcome. */
  readonly limits: Limits | undefined;
  /** The rooms joined, or being joined. */
  readonly rooms: readonly Room[];
  /** Resolves when the client is closed for good; never rejects. */
  readonly closed: Promise<ClosedState>;
  /**
   * Joins a room and stays in it over reconnects. Joining a room that is
   * joined gives the same object.
   *
   * @param room The room's name, in any spelling.
   * @throws {HubbubError} `bad_room`.
   */
  join(room: string, options?: JoinOptions): Room;
  /** The room of that name, if it is joined or being joined. */
  room(name: string): Room | undefined;
  /**
   * Changes the own name.
   *
   * @returns The name as the server spells it.
   * @throws {ClientError} As a rejection: `bad_name`, `name_taken` (with a
   * suggestion), `disconnected`.
   */
  rename(name: string): Promise<string>;
  /**
   * Takes another signed token in place of option `auth`: renews the rights of
   * a living connection, or goes with the next hello. In phase `unauthorized`
   * that is said at once.
   *
   * @param token Where a server asks for one.
   * @throws {ClientError} As a rejection: what the server has against it,
   * `disconnected`, `closed`, and `somebody_else` for a token with another
   * `sub`: what is not sent must not go out in another's name.
   */
  authorize(token: string): Promise<void>;
  /**
   * For when the network may be back or the page is looked at again: ends the
   * wait for the next attempt, or checks at once whether the connection lives.
   */
  reconnectNow(): void;
  /**
   * Leaves and closes, at once: what is not sent yet fails with `closed` (it
   * stays in the stored outbox, if there is one).
   *
   * @returns The same promise as `closed`.
   */
  close(): Promise<ClosedState>;
  /**
   * Listens.
   *
   * @returns Stops listening.
   */
  on<E extends keyof ClientEvents>(
    event: E,
    listener: (value: ClientEvents[E]) => void,
  ): () => void;
}

/** How to join. */
export interface JoinOptions {
  /** How many old messages to replay; the server has its default. */
  readonly limit?: number;
}
