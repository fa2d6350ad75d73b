/** A client's options, and the same with all defaults filled in. */

import { checkName } from "../protocol/names.ts";
import type { Backoff } from "./connection/backoff.ts";

/** What outlives the client: a reload of the page, a restart of a program. */
export interface SavedOutbox {
  /** The session that published: the server knows repeats by it. */
  readonly token?: string;
  /** The guest that one was, if one had no signed token. */
  readonly guest?: string;
  /** The user whose it all is, by the `sub` of its signed token; null for a
   * guest. Absent where an earlier version has saved it. */
  readonly user?: string | null;
  readonly entries: readonly SavedPublish[];
  /** Outboxes of other users and guests. The client does not send them: it
   * saves them again until their owner is back. */
  readonly others?: readonly SavedOutbox[];
}

/** One publish that was not acked; the next client tries it again, also when
 * it had failed. */
export interface SavedPublish {
  readonly cid: string;
  readonly room: string;
  readonly text: string;
  readonly at: number;
}

/** Where unsent messages and the session's token outlive the client. */
export interface OutboxStorage {
  /** What was saved last; called once, by `connect()`. */
  load(): SavedOutbox | undefined;
  /** Called after every change. May throw; then nothing outlives. */
  save(saved: SavedOutbox): void;
}

/** What of a WebSocket the client uses. */
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

/** How the platform makes timers; replaced in tests. */
export interface Timers {
  set(callback: () => void, ms: number): unknown;
  clear(timer: unknown): void;
}

/** How to connect. Everything has a default. */
export interface ConnectOptions {
  /** The wanted name; the server gives one otherwise. */
  readonly name?: string;
  /** The token of an earlier session, to resume it. */
  readonly token?: string;
  /** The guest secret of an earlier client of the same person, on this device or
   * another: both have one name, and each other's messages are own. */
  readonly guest?: string;
  /** The signed token, for servers that ask for one; `authorize()` replaces
   * it. */
  readonly auth?: string;
  /**
   * What to be called when the wanted name is taken.
   *
   * @param suggestion A free name, when the server knows one.
   * @returns The name to try, or undefined to be given one by the server.
   * By default the suggestion.
   */
  readonly onNameTaken?: (
    wanted: string,
    suggestion: string | undefined,
  ) => string | undefined;
  /** Makes unsent messages and the token outlive the client. */
  readonly outbox?: OutboxStorage;
  /** Most messages that may wait to be acked; one more fails with
   * `outbox_full`. Default 200. */
  readonly outboxLimit?: number;
  /** Before the first retry at most this long, milliseconds. Default 500. */
  readonly backoffBaseMs?: number;
  /** Between retries at most this long, milliseconds. Default 15,000. */
  readonly backoffCapMs?: number;
  /** Silence after which to ping, milliseconds. Default 20,000. */
  readonly silenceMs?: number;
  /** How long the server has for an answer, milliseconds. Default 10,000. */
  readonly answerMs?: number;
  /** The same when somebody is looking: after `reconnectNow()`. Default 1,500. */
  readonly quickAnswerMs?: number;
  /** Another WebSocket class than the platform's. */
  readonly WebSocket?: new (url: string, protocols: string[]) => SocketLike;
  /** Randomness from 0 up to but not 1. Default `Math.random`. */
  readonly random?: () => number;
  /** The clock, milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  /** Milliseconds from an arbitrary start, for intervals: nobody can set this
   * clock. Default `performance.now`. */
  readonly monotonic?: () => number;
  readonly timers?: Timers;
}

/** What the parts of a client read instead of options. */
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

/** A longer timer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const platformTimers: Timers = {
  set: (callback, ms) => setTimeout(callback, Math.min(ms, LONGEST_TIMER_MS)),
  clear: (timer) => clearTimeout(timer as number | undefined),
};

/**
 * Fills the defaults in.
 *
 * @throws {HubbubError} `bad_name` for a name no server takes.
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
