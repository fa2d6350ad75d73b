/**
 * One connection that comes back: opening, liveness, backoff and closing. It
 * knows sockets, timers and close codes, and nothing of rooms or hellos.
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

/** Who uses the connection. */
export interface ConnectionUser {
  /** The socket is open: time to say hello, then call `welcomed()`. */
  opened(): void;
  /** The server said something. */
  heard(event: ServerEvent): void;
  /** The socket is gone, for a while or for good. */
  lost(): void;
  changed(state: ConnectionState): void;
}

/** A connection that held this long was a good one: waits start anew. */
const STABLE_MS = 5_000;
/** How long a goodbye may take. */
const CLOSING_MS = 2_000;
/** "Back off" starts as if this many attempts had failed already. */
const BACK_OFF_FAILURES = 2;

/** Closes after which another token is needed. */
const LOCKS: ReadonlyMap<number, Unauthorized["code"]> = new Map([
  [CLOSE.expired.code, "auth_expired"],
  [CLOSE.unauthorized.code, "auth_required"],
]);

/** Closes of those whom a moderator has sent away. */
const BANS: readonly number[] = [CLOSE.removed.code, CLOSE.banned.code];

/** A connection to one address, for as long as it is wanted. */
export class Connection {
  readonly #url: string;
  readonly #settings: Settings;
  readonly #user: ConnectionUser;
  #state: ConnectionState = { phase: "connecting", attempt: 0 };
  #socket: SocketLike | undefined;
  /** The one thing that is waited for: an answer, a sign of life, a retry. */
  #timer: unknown;
  #failures = 0;
  #openSince: number | undefined;
  /** The server asked to come back within this many milliseconds. */
  #comeBackWithin: number | undefined;
  /** For how long the server keeps this client out, when it closes. */
  #bannedMs: number | undefined;
  /** What the server had against the last hello. */
  #refused: ClientError | undefined;

  /**
   * @param url The server's address.
   * @param settings Waits, clock and platform.
   * @param user Who is told what happens.
   */
  constructor(url: string, settings: Settings, user: ConnectionUser) {
    this.#url = url;
    this.#settings = settings;
    this.#user = user;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Whether there is an open socket, welcomed or not. */
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
    // A socket that was given up may still speak; nobody listens then.
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

  /** The hello was accepted: the connection counts as open. */
  welcomed(): void {
    this.#openSince = this.#settings.monotonic();
    this.#refused = undefined;
    this.#expectLife();
    this.#become({ phase: "open" });
  }

  /** Sends requests, in as few frames as is reasonable. */
  send(requests: readonly ClientRequest[]): void {
    if (!this.writable) return;
    for (const frame of toFrames(requests)) this.#socket?.send(frame);
  }

  /** The server will close soon: come back somewhen within the window. */
  comeBackWithin(ms: number): void {
    this.#comeBackWithin = ms;
  }

  /**
   * Gives the socket up as dead or useless, and comes back.
   *
   * @param reason Why, for people.
   * @param leastMs How long to wait at least, milliseconds.
   */
  drop(reason: string, leastMs = 0): void {
    if (this.#socket !== undefined) this.#ended(0, reason, leastMs);
  }

  /**
   * The server does not let this client in now: comes back.
   *
   * @param refused Why; it says how long to wait at least.
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
   * Closes for good, because the server does not want this client.
   *
   * @param error Why; it may say for how long.
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

  /** The server says for how long it keeps this client out: it closes next. */
  banned(ms: number | undefined): void {
    this.#bannedMs = ms;
  }

  /** Gives the socket up until there is a token to come back with. */
  lockOut(code: Unauthorized["code"], reason: string): void {
    this.#abandon();
    this.#user.lost();
    this.#become({ phase: "unauthorized", code, reason });
  }

  /** There is another token: comes back with it, if that is waited for. */
  unlock(): void {
    if (this.#state.phase === "unauthorized") this.connect();
  }

  /** Ends a wait, or checks whether an open connection lives. */
  reconnectNow(): void {
    switch (this.#state.phase) {
      case "waiting":
        this.connect();
        break;
      case "open":
        // Somebody is looking: a dead connection is to be known at once.
        this.#ping(this.#settings.quickAnswerMs);
        break;
      case "connecting":
      case "unauthorized":
      case "closing":
      case "closed":
        break;
    }
  }

  /** Says goodbye and closes for good. */
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
      // What was heard may have ended the connection in mid-frame.
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
    // Those who were told the same time do not come back together.
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

  /** Forgets the socket. It is closed too, but nobody waits for that: with a
   * dead peer it can take for ever. */
  #abandon(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#openSince = undefined;
    this.#comeBackWithin = undefined;
    this.#settings.timers.clear(this.#timer);
    // Not a goodbye: the session is to be taken up again.
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

  /** Protocol pings are invisible to a page, so it asks for itself. */
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
