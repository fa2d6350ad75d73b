/**
 * A joined room: turns the server's events into events for listeners.
 * RoomReader orders the messages, and Members keeps the member list.
 */

import type {
  JoinedEvent,
  LeftEvent,
  RulesEvent,
  ServerEvent,
} from "../../protocol/events.ts";
import type {
  JoinRequest,
  ModerationRequest,
} from "../../protocol/requests.ts";
import type { Cursor } from "../../protocol/message.ts";
import type { JoinOptions } from "../client_api.ts";
import { Authorship } from "./authorship.ts";
import type {
  HistoryOptions,
  HistoryPage,
  Moderation,
  Outgoing,
  Room,
  RoomEvents,
  Rules,
} from "./room_api.ts";
import { Emitter } from "../emitter.ts";
import { ClientError } from "../errors.ts";
import { toPage, toRoomMessage } from "./messages.ts";
import { Members } from "./members.ts";
import { type Asker, unexpected } from "../connection/pending_requests.ts";
import type { RoomContext } from "./room_context.ts";
import { RoomReader, type Step } from "./room_reader.ts";

const TYPING_MS = 2_000;
/** The wait before a rejoin if the error does not set one. */
const REJOIN_MS = 1_000;

/** One room of a client. */
export class JoinedRoom implements Room {
  readonly name: string;
  readonly #host: RoomContext;
  readonly #options: JoinOptions;
  readonly #events = new Emitter<RoomEvents>();
  readonly #reader = new RoomReader();
  readonly #members = new Members();
  readonly #authorship = new Authorship();
  #phase: Room["phase"] = "joining";
  #rules: Rules | undefined;
  /** The error that ended or prevented the membership. */
  #refusal: ClientError | undefined;
  /** Whether a join request is pending. */
  #asked = false;
  #rejoin: unknown;
  #refetch: unknown;
  #typedAt = -Infinity;

  /**
   * @param name The room's normalized name.
   * @param host The client.
   * @param options The options of the join.
   */
  constructor(name: string, host: RoomContext, options: JoinOptions) {
    this.name = name;
    this.#host = host;
    this.#options = options;
  }

  get phase(): Room["phase"] {
    return this.#phase;
  }

  get cursor(): Cursor | undefined {
    return this.#reader.cursor;
  }

  get members(): readonly string[] {
    return this.#members.names;
  }

  get count(): number {
    return this.#members.count;
  }

  get rules(): Rules | undefined {
    return this.#rules;
  }

  get outgoing(): readonly Outgoing[] {
    return this.#host.sender.outgoing(this.name);
  }

  publish(text: string): Outgoing {
    const { sender } = this.#host;
    // Other clients end the typing indicator when the message arrives.
    this.#typedAt = -Infinity;
    return this.#phase === "left" || this.#phase === "refused"
      ? sender.reject(this.name, text, this.#refusal)
      : sender.publish(this.name, text);
  }

  retry(cid: string): boolean {
    return this.#owns(cid) && this.#host.sender.retry(cid);
  }

  discard(cid: string): boolean {
    return this.#owns(cid) && this.#host.sender.discard(cid);
  }

  history(options: HistoryOptions = {}): Promise<HistoryPage> {
    const { promise, resolve, reject } = Promise.withResolvers<HistoryPage>();
    this.#host.ask({ type: "history", room: this.name, ...options }, {
      answered: (event) =>
        event.type === "history"
          ? resolve(toPage(event))
          : reject(unexpected()),
      refused: reject,
    });
    return promise;
  }

  moderate(act: Moderation): Promise<string | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<
      string | undefined
    >();
    const request: ModerationRequest = { room: this.name, ...act };
    this.#host.ask(request, {
      answered: (event) =>
        resolve(event.type === "done" ? event.message : undefined),
      refused: reject,
    });
    return promise;
  }

  typing(): void {
    const now = this.#host.settings.monotonic();
    if (this.#phase !== "joined" || now - this.#typedAt < TYPING_MS) return;
    // The server would reject it, and the user would get an error.
    if (!this.#mayWrite()) return;
    this.#typedAt = now;
    this.#host.send({ type: "typing", room: this.name });
  }

  leave(): void {
    if (this.#phase === "left") return;
    this.ended();
    this.#host.left(this.name);
  }

  on<E extends keyof RoomEvents>(
    event: E,
    listener: (value: RoomEvents[E]) => void,
  ): () => void {
    return this.#events.on(event, listener);
  }

  /**
   * Whether messages can be sent. The server handles requests in order, so a
   * pending join is enough.
   */
  get sendable(): boolean {
    return this.#phase === "joined" || this.#asked;
  }

  /**
   * Returns the request that joins the room or rejoins it at the cursor, and
   * the callbacks for the reply.
   */
  ask(): [JoinRequest, Asker] {
    const since = this.#reader.cursor;
    this.#asked = true;
    return [
      {
        type: "join",
        room: this.name,
        ...(since ? { since } : this.#options),
      },
      {
        answered: (event) => this.heard(event),
        refused: (error) => this.#refused(error),
      },
    ];
  }

  /** Goes back to phase `joining`: the connection was lost. */
  disconnected(): void {
    const { timers } = this.#host.settings;
    timers.clear(this.#rejoin);
    timers.clear(this.#refetch);
    this.#asked = false;
    if (this.#phase === "joined") this.#phase = "joining";
  }

  /** Ends the room: it emits no more events. */
  ended(): void {
    this.disconnected();
    this.#phase = "left";
  }

  /** Emits the new state of a published message. */
  outgoingChanged(message: Outgoing): void {
    const { cid, state } = message;
    if (state.phase === "sent") {
      this.#authorship.acked({ cid, seq: state.seq }, this.cursor?.seq ?? 0);
    }
    this.#events.emit("outgoing", message);
  }

  /** Handles a server event of this room. */
  heard(event: ServerEvent): void {
    if (event.type === "joined" && this.#phase !== "left") this.#joined(event);
    if (this.#phase !== "joined") return;
    switch (event.type) {
      case "message":
        this.#take(this.#reader.message(event));
        break;
      case "own":
        this.#authorship.expect(event.seqs);
        break;
      case "gap":
        this.#take(this.#reader.gap(event));
        break;
      case "live":
        this.#events.emit("live", undefined);
        break;
      case "presence": {
        const presence = this.#members.apply(event);
        if (presence) this.#events.emit("presence", presence);
        break;
      }
      case "typing":
        this.#events.emit("typing", { from: event.from });
        break;
      case "rules":
        this.#setRules(event);
        break;
      case "left":
        this.#expelled(event);
        break;
    }
  }

  #joined(event: JoinedEvent): void {
    const again = this.#reader.cursor !== undefined;
    const { recovered, missed, after, head, members, count } = event;
    const steps = this.#reader.joined(event);
    this.#phase = "joined";
    this.#asked = false;
    this.#authorship.joined();
    const presence = this.#members.replace(members, count);
    // Emits a reset before `joined`, and a gap after it: a page first clears
    // its messages, then reports the rejoin, then continues.
    const isReset = (step: Step) => step.kind === "reset";
    this.#take(steps.filter(isReset));
    this.#events.emit("joined", { again, recovered, missed, after, head });
    const { rights, locked = false, slowMs = 0, waitMs = 0 } = event;
    this.#setRules({ rights, locked, slowMs, waitMs });
    this.#events.emit("presence", presence);
    this.#take(steps.filter((step) => !isReset(step)));
    if (head <= after) this.#events.emit("live", undefined);
    this.#host.sender.flush();
  }

  #refused(error: ClientError): void {
    if (this.#phase !== "joining" || error.code === "disconnected") return;
    this.#asked = false;
    if (error.retryable) {
      this.#rejoin = this.#host.settings.timers.set(
        () => this.#host.ask(...this.ask()),
        error.retryAfterMs ?? REJOIN_MS,
      );
      return;
    }
    this.#turnedAway(error);
  }

  #mayWrite(): boolean {
    if (this.#rules === undefined) return true;
    const { rights, locked } = this.#rules;
    return rights.includes("write") &&
      (!locked || rights.includes("moderate"));
  }

  /** Stores the rules and this user's rights, and emits them. */
  #setRules(
    { rights = this.#rules?.rights ?? [], locked, slowMs, waitMs }:
      & Omit<RulesEvent, "type" | "room">
      & Pick<Rules, "waitMs">,
  ): void {
    this.#rules = {
      rights,
      locked,
      slowMs,
      ...(waitMs !== undefined && { waitMs }),
    };
    this.#events.emit("rules", this.#rules);
  }

  /** Handles the removal of this user from the room. */
  #expelled({ code = "forbidden", message, retryAfterMs }: LeftEvent): void {
    this.#turnedAway(
      new ClientError(code, {
        message: message ?? "You were removed from this room",
        retryable: false,
        retryAfterMs,
      }),
    );
  }

  #turnedAway(error: ClientError): void {
    this.#phase = "refused";
    this.#refusal = error;
    this.#host.sender.failRoom(this.name, error);
    this.#events.emit("refused", error);
  }

  #take(steps: readonly Step[]): void {
    for (const step of steps) {
      switch (step.kind) {
        case "message":
          if (step.message.removes !== undefined) {
            this.#events.emit("removed", { seq: step.message.removes });
          }
          this.#events.emit(
            "message",
            toRoomMessage(step.message, {
              replay: step.replay,
              mine: this.#authorship.isOwn(
                step.message,
                (cid) => this.outgoing.some((message) => message.cid === cid),
              ),
            }),
          );
          break;
        case "gap":
          this.#events.emit("gap", step.gap);
          break;
        case "reset":
          this.#events.emit("reset", undefined);
          break;
        case "fetch":
          this.#fetch(step.after);
          break;
        case "resync":
          this.#host.resync();
          return;
      }
    }
  }

  #fetch(after: number): void {
    this.#host.ask({ type: "history", room: this.name, after }, {
      answered: (event) => {
        if (this.#phase !== "joined") return;
        if (event.type === "history") this.#take(this.#reader.page(event));
        else this.#host.resync();
      },
      refused: ({ code, retryAfterMs = REJOIN_MS }) => {
        if (code === "disconnected") return;
        // A reconnect would cause more requests, not fewer.
        if (code !== "rate_limited") return this.#host.resync();
        this.#refetch = this.#host.settings.timers.set(() => {
          if (this.#phase === "joined") this.#fetch(after);
        }, retryAfterMs);
      },
    });
  }

  #owns(cid: string): boolean {
    return this.#phase !== "left" &&
      this.outgoing.some((message) => message.cid === cid);
  }
}
