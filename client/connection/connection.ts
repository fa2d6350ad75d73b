/**
 * A connection that reconnects by itself: opening, liveness, backoff and
 * closing. Handles sockets, timers and close codes, not rooms or hellos.
 */

import { afterClose, CLOSE } from "../../protocol/close_codes.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { ClientRequest } from "../../protocol/requests.ts";
import { V1 } from "../../protocol/v1.ts";
import type {
  ClosedState,
  ConnectionState,
  Unauthorized,
} from "../client_api.ts";
import type { ClientError } from "../errors.ts";
import { fullJitter } from "./backoff.ts";
import { fromFrame, toFrames } from "./frames.ts";
import type { Settings, SocketLike } from "../options.ts";

/** The callbacks of a connection. */
export interface ConnectionUser {
  /** The socket is open: send the hello, then call `welcomed()`. */
  opened(): void;
  /** The server sent an event. */
  heard(event: ServerEvent): void;
  /** The socket closed; the client may reconnect. */
  lost(): void;
  changed(state: ConnectionState): void;
}

/** A connection open for this long resets the backoff. */
const STABLE_MS = 5_000;
/** The time-out for the server's close. */
const CLOSING_MS = 2_000;
/** The least number of failures that advice "back off" counts. */
const BACK_OFF_FAILURES = 2;

/** Close codes after which the client needs another access token. */
const LOCKS: ReadonlyMap<number, Unauthorized["code"]> = new Map([
  [CLOSE.expired.code, "auth_expired"],
  [CLOSE.unauthorized.code, "auth_required"],
]);

/** Close codes of a kick or ban. */
const BANS: readonly number[] = [CLOSE.removed.code, CLOSE.banned.code];

/** A connection to one URL, reconnected until it is closed. */
export class Connection {
  readonly #url: string;
  readonly #settings: Settings;
  readonly #user: ConnectionUser;
  #state: ConnectionState = { phase: "connecting", attempt: 0 };
  #socket: SocketLike | undefined;
  /** The only timer: for a reply, for silence or for a retry. */
  #timer: unknown;
  #failures = 0;
  #openSince: number | undefined;
  /** The server's window for a reconnect, milliseconds. */
  #comeBackWithin: number | undefined;
  /** The rest of a ban, reported with the close that follows. */
  #bannedMs: number | undefined;
  /** The server's error for the last hello. */
  #refused: ClientError | undefined;

  /**
   * @param url The server's address.
   * @param settings Waits, clock and platform.
   * @param user The callbacks.
   */
  constructor(url: string, settings: Settings, user: ConnectionUser) {
    this.#url = url;
    this.#settings = settings;
    this.#user = user;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Whether the socket is open, welcomed or not. */
  get writable(): boolean {
    return this.#socket?.readyState === 1 && this.#state.phase !== "closing";
  }

  /** Starts the next attempt. */
  connect(): void {
    this.#become({
      phase: "connecting",
      attempt: this.#failures,
      ...this.#refusal,
    });
    const socket = new this.#settings.WebSocket(this.#url, [V1]);
    this.#socket = socket;
    // Ignores events of a socket that was replaced.
    const listen = <T>(
      type: Parameters<SocketLike["addEventListener"]>[0],
      listener: (event: T) => void,
    ) =>
      socket.addEventListener(type, (event: T) => {
        if (this.#socket === socket) listener(event);
      });
    listen("open", () => this.#user.opened());
    listen<{ data: unknown }>("message", ({ data }) => this.#received(data));
    listen<{ code: number; reason: string }>(
      "close",
      ({ code, reason }) => this.#ended(code, reason),
    );
    // A close event follows; without a listener some platforms throw.
    listen("error", () => {});
    this.#expectAnswer();
  }

  /** Sets phase `open`: the server accepted the hello. */
  welcomed(): void {
    this.#openSince = this.#settings.monotonic();
    this.#refused = undefined;
    this.#expectLife();
    this.#become({ phase: "open" });
  }

  /** Sends requests, packed into few frames. */
  send(requests: readonly ClientRequest[]): void {
    if (!this.writable) return;
    for (const frame of toFrames(requests)) this.#socket?.send(frame);
  }

  /** Sets the window for the reconnect after the server's next close. */
  comeBackWithin(ms: number): void {
    this.#comeBackWithin = ms;
  }

  /**
   * Drops the socket and reconnects after the backoff.
   *
   * @param reason Why, for people.
   * @param leastMs The least time to wait, milliseconds.
   */
  drop(reason: string, leastMs = 0): void {
    if (this.#socket !== undefined) this.#ended(0, reason, leastMs);
  }

  /**
   * Drops the connection after a rejected hello, and retries later.
   *
   * @param refused The server's error, with the least time to wait.
   */
  turnAway(refused: ClientError): void {
    this.#refused = refused;
    this.drop(refused.message, refused.retryAfterMs);
  }

  get #refusal(): Pick<
    ConnectionState & { phase: "waiting" },
    "refused" | "errorCode"
  > {
    if (this.#refused === undefined) return {};
    const { message, code } = this.#refused;
    return { refused: message, errorCode: code };
  }

  /**
   * Closes without a reconnect after a rejected hello.
   *
   * @param error The server's error; it may have `retryAfterMs`.
   */
  refuse({ message, code, retryAfterMs }: ClientError): void {
    this.#finish({
      code: 0,
      reason: message,
      why: "refused",
      errorCode: code,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }

  /** Keeps the rest of a ban for the close that follows, milliseconds. */
  banned(ms: number | undefined): void {
    this.#bannedMs = ms;
  }

  /** Drops the socket until `unlock()`: the client needs an access token. */
  lockOut(code: Unauthorized["code"], reason: string): void {
    this.#abandon();
    this.#user.lost();
    this.#become({ phase: "unauthorized", code, reason });
  }

  /** Reconnects with a new access token, if the client waits for one. */
  unlock(): void {
    if (this.#state.phase === "unauthorized") this.connect();
  }

  /** Reconnects without waiting, or pings an open connection. */
  reconnectNow(): void {
    switch (this.#state.phase) {
      case "waiting":
        this.connect();
        break;
      case "open":
        // A user may be looking at the page: detect a dead connection fast.
        this.#ping(this.#settings.quickAnswerMs);
        break;
      case "connecting":
      case "unauthorized":
      case "closing":
      case "closed":
        break;
    }
  }

  /** Closes the connection with 1000, without a reconnect. */
  close(): void {
    switch (this.#state.phase) {
      case "connecting":
      case "open": {
        this.#become({ phase: "closing" });
        const { code, reason } = CLOSE.normal;
        this.#after(
          CLOSING_MS,
          () => this.#finish({ code: 0, reason: "", why: "asked" }),
        );
        this.#socket?.close(code, reason);
        break;
      }
      case "waiting":
      case "unauthorized":
        this.#finish({ code: 0, reason: "", why: "asked" });
        break;
      case "closing":
      case "closed":
        break;
    }
  }

  #received(data: unknown): void {
    if (this.#state.phase === "closing" || typeof data !== "string") return;
    if (this.#state.phase === "open") this.#expectLife();
    const socket = this.#socket;
    for (const event of fromFrame(data)) {
      this.#user.heard(event);
      // The event may have closed the connection.
      if (this.#socket !== socket) return;
    }
  }

  #ended(code: number, reason: string, leastMs = 0): void {
    if (this.#state.phase === "closing") {
      this.#finish({ code, reason, why: "asked" });
      return;
    }
    const lock = LOCKS.get(code);
    if (lock !== undefined) {
      this.lockOut(lock, reason);
      return;
    }
    const advice = afterClose(code);
    if (advice === "stop") {
      const replaced = code === CLOSE.replaced.code;
      const banned = BANS.includes(code) ? this.#bannedMs : undefined;
      this.#finish({
        code,
        reason,
        why: replaced ? "replaced" : "refused",
        ...(banned !== undefined && { retryAfterMs: banned }),
      });
      return;
    }
    const { now, monotonic, random } = this.#settings;
    const opened = this.#openSince;
    const good = opened !== undefined &&
      monotonic() - opened >= STABLE_MS;
    this.#failures = good ? 0 : this.#failures + 1;
    const failures = advice === "back off"
      ? Math.max(this.#failures, BACK_OFF_FAILURES)
      : this.#failures;
    const wait = this.#comeBackWithin === undefined
      ? fullJitter(failures, this.#settings.backoff, random)
      : Math.floor(random() * this.#comeBackWithin);
    // Jitter for clients that got the same `retryAfterMs`.
    const afterMs = leastMs + wait;
    this.#abandon();
    this.#user.lost();
    this.#after(afterMs, () => this.connect());
    this.#become({
      phase: "waiting",
      attempt: this.#failures,
      until: now() + afterMs,
      reason,
      ...this.#refusal,
    });
  }

  #finish(end: Omit<ClosedState, "phase">): void {
    this.#abandon();
    this.#user.lost();
    this.#become({ phase: "closed", ...end });
  }

  /** Closes the socket without waiting for its close event, which a dead peer
   * may never send. */
  #abandon(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#openSince = undefined;
    this.#comeBackWithin = undefined;
    this.#settings.timers.clear(this.#timer);
    // This code keeps the session, so that the client can resume it.
    socket?.close(CLOSE.resync.code);
  }

  #expectAnswer(ms = this.#settings.answerMs): void {
    this.#after(
      ms,
      () => this.drop("The server does not answer"),
    );
  }

  #expectLife(): void {
    this.#after(this.#settings.silenceMs, () => this.#ping());
  }

  /** Sends a ping request: a page cannot see pings of the WebSocket protocol. */
  #ping(answerMs?: number): void {
    this.send([{ type: "ping" }]);
    this.#expectAnswer(answerMs);
  }

  #after(ms: number, then: () => void): void {
    const { timers } = this.#settings;
    timers.clear(this.#timer);
    this.#timer = timers.set(then, ms);
  }

  #become(state: ConnectionState): void {
    this.#state = state;
    this.#user.changed(state);
  }
}
