/**
 * One WebSocket connection that speaks a dialect: decodes frames into requests
 * and encodes events into frames. Enforces the client's limits and handles the
 * close. login.ts authenticates the client; the hub handles rooms.
 */

import { Buffer } from "node:buffer";
import { hasMoreLines } from "../../protocol/bounds.ts";
import { CLOSE, type CloseReason } from "../../protocol/close_codes.ts";
import type { Decoded, Dialect } from "../../protocol/dialect.ts";
import { HubbubError } from "../../protocol/errors.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { ClientRequest, RequestId } from "../../protocol/requests.ts";
import { tooFast } from "./rate_limits.ts";
import { LONG_AGO, type Monotonic, msBetween } from "../runtime/clock.ts";
import { lostAt, mayReturn } from "./connection_loss.ts";
import { networkKey } from "../runtime/ip_network.ts";
import { JoinWait } from "./join_wait.ts";
import { type Entrant, Login, type LoginOptions } from "./login.ts";
import type { Soon } from "../fleet/fleet.ts";
import type { Logger } from "../runtime/logger.ts";
import { REPLY_BUDGET, ReplyBudget } from "./reply_budget.ts";
import { RequestQueue } from "./request_queue.ts";
import type { Release, ResourceLedger } from "../runtime/resource_ledger.ts";
import { costOfReplay } from "../rooms/page_cost.ts";
import { errorEventOf } from "../rooms/error_event.ts";
import { carryOut, costOf } from "./dispatch.ts";
import { TurnShare } from "../runtime/turn_share.ts";
import type { ProgressTimeouts } from "./write_progress.ts";
import { ConnectionWriter } from "./writer.ts";
import type { Session } from "../rooms/session.ts";
import { evictionBy } from "../runtime/stats.ts";
import type { Socket, SocketHandler } from "../transport/socket.ts";

/** Maximum lines per frame: several times a client's outbox. */
const MOST_LINES = 1000;

/** Retry time for requests rejected because the queue was full, in
 * milliseconds. */
const RETRY_MS = 1_000;

/** Options of a {@linkcode Connection}. */
export interface ConnectionOptions extends LoginOptions {
  readonly id: string;
  readonly socket: Socket;
  /** The client's address, such as `192.0.2.7`. */
  readonly address: string;
  readonly log: Logger;
  /** Maximum bytes of a frame. */
  readonly maxFrame: number;
  /** Counts memory held for the connection. */
  readonly ledger: ResourceLedger;
  /** Time budget shared by all connections; the connection's own if absent. */
  readonly turns?: TurnShare;
  /** Called once, when the connection no longer counts. */
  readonly onGone: (connection: Connection) => void;
  /** Called when the socket is closed. Never called for some peers that do not
   * read. */
  readonly onClosed: (connection: Connection) => void;
}

/** One client connection. */
export class Connection implements Entrant, SocketHandler {
  readonly id: string;
  readonly address: string;
  readonly #options: ConnectionOptions;
  readonly #writer: ConnectionWriter;
  readonly #budget: ReplyBudget;
  readonly #queue: RequestQueue;
  readonly #joinWait: JoinWait;
  readonly #login: Login;
  /** Ledger entries of the last check. */
  readonly #held: Release[] = [];
  #session: Session | null = null;
  #gone = false;
  /** Whether the client may resume the session. */
  #mayReturn = true;
  /** After the close: when the peer last responded. */
  #lostAt: Monotonic = LONG_AGO;

  constructor(options: ConnectionOptions) {
    const { id, socket, entry, clock } = options;
    this.#options = options;
    this.id = id;
    this.address = options.address;
    this.#writer = new ConnectionWriter(socket, entry.dialect, clock);
    this.#budget = new ReplyBudget({
      hold: (bytes) => options.ledger.hold("reply", bytes),
      soon: (act) => clock.soon(act),
      after: (ms, act) => clock.after(ms, act),
      unsent: () => this.#writer.unsent,
    });
    this.#queue = new RequestQueue({
      clock,
      turns: options.turns ?? new TurnShare(clock),
      party: () => ({ group: networkKey(options.address), member: id }),
      decode: (frame) => this.#decode(frame),
      handle: (decoded, waitMs) => this.#handle(decoded, waitMs),
      hasRoom: () => this.#budget.hasRoom,
      together: (act) => this.#together(act),
    });
    this.#joinWait = new JoinWait(clock);
    this.#login = new Login(this, options, {
      queue: this.#queue,
      writer: this.#writer,
      joinWait: this.#joinWait,
    });
  }

  /** Sends the greeting once the socket is open. */
  open(): void {
    const { log, entry: { dialect, room } } = this.#options;
    log.debug("opened", { connection: this.id, dialect: dialect.name, room });
    this.#login.open();
  }

  // Called by the socket.

  message(frame: string | Uint8Array): void {
    if (this.#gone) return;
    if (typeof frame !== "string") return this.end(CLOSE.unsupportedData);
    const { rates, maxFrame } = this.#options;
    const bytes = Buffer.byteLength(frame);
    const isTooBig = bytes > maxFrame ||
      this.dialect.separator === "\n" && hasMoreLines(frame, MOST_LINES);
    if (isTooBig) return this.end(CLOSE.tooBig);
    this.#writer.heard();
    const waitMs = rates.frame(bytes);
    if (rates.flooding) return this.end(CLOSE.flood);
    if (!this.#queue.add(frame, { bytes, waitMs })) this.#overrun(frame);
  }

  isBusy(): boolean {
    return this.#queue.isBusy;
  }

  /** Rejects a frame because too many are queued. */
  #overrun(frame: string): void {
    this.#together(() => {
      for (const decoded of this.#decode(frame)) {
        // The client keeps sending requests without reading.
        if (this.#writer.unsent >= REPLY_BUDGET) return this.end(CLOSE.slow);
        this.#handle(decoded, RETRY_MS);
        if (this.#gone) return;
      }
    });
  }

  #together(act: () => void): void {
    try {
      this.#writer.together(act);
    } catch (error) {
      this.#broke(error);
    }
  }

  #decode(frame: string): Iterable<Decoded> {
    const named = this.#session !== null;
    return this.dialect.decode(frame, { named });
  }

  #handle(decoded: Decoded, waitMs: number): void {
    const id = decoded.ok ? decoded.request.id : decoded.id;
    try {
      if (!decoded.ok) {
        this.#strike();
        throw decoded.error;
      }
      if (waitMs > 0) throw tooFast(waitMs);
      const done = this.#request(decoded.request);
      if (done === undefined) return;
      this.#queue.wait(done, (error) => this.refuse(error, id));
    } catch (error) {
      const cid = decoded.ok && decoded.request.type === "publish"
        ? decoded.request.cid
        : undefined;
      this.refuse(error, id, cid);
      if (!isTooFast(error)) return;
      const { rates } = this.#options;
      rates.refuse();
      if (rates.flooding) this.end(CLOSE.flood);
    }
  }

  /**
   * Executes a request.
   *
   * @returns When the next request may run, if this one is asynchronous.
   * @throws {HubbubError} Why the request failed.
   */
  #request(request: ClientRequest): Soon<void> {
    const { hub, rates } = this.#options;
    rates.request(request.type, costOf(hub, request));
    if (request.type === "auth") return this.#login.renew(request);
    if (request.type === "hello") return this.#login.hello(request);
    if (this.#session === null) throw new HubbubError("hello_first");
    const done = carryOut(
      hub,
      { session: this.#session, reader: this, rates, later: this.#budget },
      request,
    );
    const isMove = request.type === "join" && request.only;
    return isMove ? this.#joinWait.begin() : done;
  }

  control(bytes: number): void {
    if (this.#gone) return;
    const { rates } = this.#options;
    rates.frame(bytes);
    if (rates.flooding) this.end(CLOSE.flood);
  }

  close(code: number, cause?: CloseReason): void {
    // Closes by the transport only; all others go through `end()`. A peer may
    // send any code.
    if (!this.#gone && cause !== undefined) this.#evicted(cause.code);
    if (cause !== undefined) this.#leave(cause.code);
    else this.#leave(code, { byPeer: true });
    this.#options.onClosed(this);
  }

  // Called by rooms and the hub.

  get dialect(): Dialect {
    return this.#writer.dialect;
  }

  get ready(): boolean {
    return this.#writer.ready;
  }

  get writable(): boolean {
    return this.#writer.writable;
  }

  send(frames: readonly string[]): void {
    if (this.#gone) return;
    // No closure: this runs for every member in every tick.
    try {
      this.#writer.send(frames);
    } catch (error) {
      this.#broke(error);
    }
  }

  tell(event: ServerEvent): void {
    if (this.#gone) return;
    // Counted here only, for every source of errors: the hub also serves HTTP
    // requests, which count their own errors.
    if (event.type === "error") {
      this.#options.hub.stats.refused.add(event.code);
    }
    // A join is charged as a request, and its replay as a page.
    if (event.type === "joined") {
      this.#options.rates.settle(1, costOfReplay(event));
    }
    try {
      this.#writer.tell(event);
      this.#joinWait.told(event);
    } catch (error) {
      this.#broke(error);
    }
  }

  note(event: ServerEvent): void {
    if (!this.#gone) this.#writer.note(event);
  }

  flush(): void {
    if (this.#gone) return;
    try {
      this.#writer.flush();
    } catch (error) {
      this.#broke(error);
    }
  }

  end({ code, reason }: CloseReason): void {
    if (this.#gone) return;
    const { log, socket } = this.#options;
    this.#evicted(code);
    try {
      this.#writer.flush();
    } catch (error) {
      log.error("send failed", { connection: this.id, error });
    }
    this.#leave(code);
    try {
      socket.close(code, reason);
    } catch (error) {
      log.error("close failed", { connection: this.id, error });
    }
  }

  // Called by the login.

  get session(): Session | null {
    return this.#session;
  }

  get gone(): boolean {
    return this.#gone;
  }

  begin(session: Session): void {
    this.#session = session;
    const { id, permissions: { user } } = session;
    this.#options.rates.become(
      user === undefined ? { session: id } : { user },
    );
    if (this.#gone) this.#lose(session);
  }

  /**
   * Sends an error to the client. Before login, it may close the connection or
   * ask for another name.
   *
   * @param id The request ID, and the client's message ID.
   */
  refuse(error: unknown, id?: RequestId, cid?: string): void {
    const known = error instanceof HubbubError
      ? error
      : new HubbubError("internal");
    if (known !== error) {
      const { log } = this.#options;
      log.error("request failed", { connection: this.id, error });
    }
    const { code } = known;
    this.tell({ ...errorEventOf(known), cid, id });
    if (this.#session !== null) return;
    if (code === "banned") return this.end(CLOSE.banned);
    if (this.dialect.naming === "asked") {
      this.tell({ type: "name_wanted", again: true });
    }
  }

  // Called by the server.

  /** Closes the connection if the peer has read nothing for too long. */
  checkProgress(timeouts: ProgressTimeouts): void {
    if (this.#gone) return;
    if (this.#writer.isStuck(timeouts)) return this.end(CLOSE.slow);
    this.#releaseHeld();
    const { ledger } = this.#options;
    this.#budget.look();
    const { waiting } = this.#queue;
    if (waiting > 0) this.#held.push(ledger.hold("frame", waiting));
  }

  #releaseHeld(): void {
    for (const release of this.#held.splice(0)) release();
  }

  /** Records the close reason of an eviction. */
  #evicted(code: number): void {
    const reason = evictionBy(code);
    if (reason === undefined) return;
    const { log, hub } = this.#options;
    hub.stats.evictions.add(reason);
    log.info("evicted", { connection: this.id, reason });
  }

  #strike(): void {
    if (!this.#options.rates.strike()) return;
    this.end(CLOSE.badProtocol);
  }

  /** Contains a socket's error, so that fan-out to other members continues. */
  #broke(error: unknown): void {
    this.#options.log.error("send failed", { connection: this.id, error });
    this.end(CLOSE.internalError);
  }

  #leave(code: number, { byPeer = false } = {}): void {
    if (this.#gone) return;
    this.#gone = true;
    const close = { code, byPeer };
    this.#mayReturn = mayReturn(close);
    const { clock, hub } = this.#options;
    this.#lostAt = lostAt(close, {
      now: clock.monotonic(),
      livedAt: this.#writer.livedAt,
      idleSeconds: hub.limits.idleSeconds,
    });
    this.#options.log.debug("closed", { connection: this.id, code });
    this.#login.stop();
    this.#queue.stop();
    this.#joinWait.end();
    this.#budget.stop();
    this.#options.rates.end();
    this.#releaseHeld();
    try {
      if (this.#session !== null) this.#lose(this.#session);
    } finally {
      this.#options.onGone(this);
    }
  }

  #lose(session: Session): void {
    const { clock, hub } = this.#options;
    hub.sessionService.lost(session, this, {
      mayReturn: this.#mayReturn,
      agoMs: msBetween(this.#lostAt, clock.monotonic()),
    });
  }
}

function isTooFast(error: unknown): boolean {
  return error instanceof HubbubError && error.code === "rate_limited";
}
