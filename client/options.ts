/** The options of a client, and their defaults. */

import { checkName } from "../protocol/names.ts";
import type { Backoff } from "./connection/backoff.ts";

/** The data that a client saves to survive a page reload or a restart. */
export interface SavedOutbox {
  /** The resume token of the session that published: the server deduplicates
   * retries by session and cid. */
  readonly token?: string;
  /** The guest secret, if the client had no access token. */
  readonly guest?: string;
  /** The owner: the `sub` of the access token, or null for a guest. Absent in
   * data saved by earlier versions. */
  readonly user?: string | null;
  readonly entries: readonly SavedPublish[];
  /** Outboxes of other users and guests. The client does not send them, and
   * keeps them until their owner connects. */
  readonly others?: readonly SavedOutbox[];
}

/** A pending or failed message; the next client publishes it again. */
export interface SavedPublish {
  readonly cid: string;
  readonly room: string;
  readonly text: string;
  readonly at: number;
}

/** A storage for unsent messages and the resume token. */
export interface OutboxStorage {
  /** Returns the data saved last; `connect()` calls it once. */
  load(): SavedOutbox | undefined;
  /** Saves the data; called after every change. If it throws, the client goes on
   * without saving. */
  save(saved: SavedOutbox): void;
}

/** The part of the WebSocket interface that the client uses. */
export interface SocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(
    type: "open" | "message" | "close" | "error",
    // deno-lint-ignore no-explicit-any -- each platform has its own event types
    listener: (event: any) => void,
  ): void;
}

/** The platform's timers; tests replace them. */
export interface Timers {
  set(callback: () => void, ms: number): unknown;
  clear(timer: unknown): void;
}

/** The options of `connect()`. All are optional. */
export interface ConnectOptions {
  /** The wanted name. By default the server picks one. */
  readonly name?: string;
  /** The resume token of an earlier session. */
  readonly token?: string;
  /** The guest secret of another client of the same person. Both clients share
   * the name, and each marks the other's messages as `mine`. */
  readonly guest?: string;
  /** The access token, for servers that require one; `authorize()` replaces
   * it. */
  readonly auth?: string;
  /**
   * Picks another name if the wanted one is taken. The default returns the
   * suggestion.
   *
   * @param wanted The name that is taken.
   * @param suggestion A free name, if the server suggests one.
   * @returns The name to try, or undefined to let the server pick one.
   */
  readonly onNameTaken?: (
    wanted: string,
    suggestion: string | undefined,
  ) => string | undefined;
  /** Saves unsent messages and the resume token. By default the client saves
   * nothing. */
  readonly outbox?: OutboxStorage;
  /** The number of messages that can wait for an ack; further ones fail with
   * `outbox_full`. Default 200. */
  readonly outboxLimit?: number;
  /** The longest wait before the first reconnect, milliseconds. Default 500. */
  readonly backoffBaseMs?: number;
  /** The longest wait between reconnects, milliseconds. Default 15,000. */
  readonly backoffCapMs?: number;
  /** The time without a frame from the server after which the client pings,
   * milliseconds. Default 20,000. */
  readonly silenceMs?: number;
  /** The time-out for a welcome or pong, milliseconds. Default 10,000. */
  readonly answerMs?: number;
  /** The time-out for a pong after `reconnectNow()`, milliseconds. Default
   * 1,500. */
  readonly quickAnswerMs?: number;
  /** The WebSocket class. Default: the platform's. */
  readonly WebSocket?: new (url: string, protocols: string[]) => SocketLike;
  /** Returns a random number of at least 0 and under 1. Default
   * `Math.random`. */
  readonly random?: () => number;
  /** The wall clock, milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  /** The monotonic clock for intervals, milliseconds from an arbitrary start.
   * Default `performance.now`. */
  readonly monotonic?: () => number;
  readonly timers?: Timers;
}

/** The options with their defaults filled in. */
export interface Settings {
  readonly name: string | undefined;
  readonly onNameTaken: NonNullable<ConnectOptions["onNameTaken"]>;
  readonly outboxLimit: number;
  readonly backoff: Backoff;
  readonly silenceMs: number;
  readonly answerMs: number;
  readonly quickAnswerMs: number;
  readonly WebSocket: new (url: string, protocols: string[]) => SocketLike;
  readonly random: () => number;
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly timers: Timers;
}

/** The platform fires timers over this limit at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const platformTimers: Timers = {
  set: (callback, ms) => setTimeout(callback, Math.min(ms, LONGEST_TIMER_MS)),
  clear: (timer) => clearTimeout(timer as number | undefined),
};

/**
 * Returns the options with defaults filled in.
 *
 * @throws {HubbubError} `bad_name` if the name is not valid.
 */
export function settingsOf(options: ConnectOptions): Settings {
  return {
    name: options.name === undefined ? undefined : checkName(options.name),
    onNameTaken: options.onNameTaken ?? ((_wanted, suggestion) => suggestion),
    outboxLimit: options.outboxLimit ?? 200,
    backoff: {
      baseMs: options.backoffBaseMs ?? 500,
      capMs: options.backoffCapMs ?? 15_000,
    },
    silenceMs: options.silenceMs ?? 20_000,
    answerMs: options.answerMs ?? 10_000,
    quickAnswerMs: options.quickAnswerMs ?? 1_500,
    WebSocket: options.WebSocket ?? WebSocket,
    random: options.random ?? Math.random,
    now: options.now ?? Date.now,
    monotonic: options.monotonic ?? (() => performance.now()),
    timers: options.timers ?? platformTimers,
  };
}
