/**
 * Gets messages out: when what waits in the outbox is sent and sent again, what
 * became of it, and that it outlives the client. The order is the outbox's.
 */

import type { PublishRequest } from "../../protocol/requests.ts";
import type { Outgoing, OutgoingState } from "../room/room_api.ts";
import { ClientError } from "../errors.ts";
import type { SavedPublish, Settings } from "../options.ts";
import { Outbox } from "./outbox.ts";
import { OutgoingMessage } from "./outgoing_message.ts";
import { closed } from "../connection/pending_requests.ts";

/** Who lets a sender send. */
export interface SenderUser {
  /** Whether messages of a room can be sent now. */
  isOpen(room: string): boolean;
  /** Characters that a message may have; undefined before the server said. */
  longest(): number | undefined;
  send(requests: readonly PublishRequest[]): void;
  changed(message: Outgoing): void;
  /** Keeps what must outlive the client. */
  save(entries: readonly SavedPublish[]): void;
}

/** When an error says to try again but not when. */
const RETRY_MS = 1_000;

/** UTF-16 units that a character has at most, and CR LF counts as one: what has
 * more is too long for sure, all else is for the server to judge. */
const MOST_UNITS = 2;

/** Sends the messages of one client, each until the server has it. */
export class Sender {
  readonly #settings: Settings;
  readonly #user: SenderUser;
  readonly #outbox: Outbox<OutgoingMessage>;
  /** Runs while the server does not want more. */
  #pause: unknown;
  #scheduled = false;
  #closed = false;

  /**
   * @param settings Limits, clock and randomness.
   * @param user Who sends.
   */
  constructor(settings: Settings, user: SenderUser) {
    this.#settings = settings;
    this.#user = user;
    this.#outbox = new Outbox(settings.outboxLimit);
  }

  /** Takes up what an earlier client has left. */
  restore(entries: readonly SavedPublish[]): void {
    this.#outbox.restore(entries.map((entry) => new OutgoingMessage(entry)));
  }

  /** Pending and failed messages of a room, in the order of publishing. */
  outgoing(room: string): Outgoing[] {
    return this.#outbox.entries.filter((outgoing) => outgoing.room === room);
  }

  /** Takes a message in; it has failed already when there are too many. */
  publish(room: string, text: string): Outgoing {
    const { now } = this.#settings;
    const outgoing = new OutgoingMessage({
      cid: this.#cid(),
      room,
      text,
      at: now(),
    });
    if (this.#outbox.add(outgoing)) {
      this.#user.changed(outgoing);
      this.#schedule();
    } else {
      const error = new ClientError("outbox_full", {
        message:
          `${this.#settings.outboxLimit} messages wait to be sent already. Send it again when they are`,
        retryable: true,
      });
      this.#settle(outgoing, { phase: "failed", error });
    }
    return outgoing;
  }

  /** A message that must not be sent any more, as its caller sees it. */
  reject(room: string, text: string, error = closed()): Outgoing {
    const at = this.#settings.now();
    const outgoing = new OutgoingMessage({ cid: this.#cid(), room, text, at });
    this.#settle(outgoing, { phase: "failed", error });
    return outgoing;
  }

  /** Tries a failed message again; tells whether there was one. */
  retry(cid: string): boolean {
    const outgoing = this.#outbox.retry(cid);
    if (outgoing === undefined) return false;
    outgoing.renew();
    this.#user.changed(outgoing);
    this.#schedule();
    return true;
  }

  /** Forgets a failed message; tells whether there was one. */
  discard(cid: string): boolean {
    if (!this.#outbox.hasFailed(cid)) return false;
    this.#outbox.remove(cid);
    this.#schedule();
    return true;
  }

  /** The server has it. */
  acked(cid: string, seq: number): void {
    const outgoing = this.#outbox.remove(cid);
    if (outgoing === undefined) return;
    this.#settle(outgoing, { phase: "sent", seq });
    this.#schedule();
  }

  /** The server does not want it, now or at all. */
  refused(cid: string, error: ClientError): void {
    // Slow mode holds in one room, and a pause would hold up all of them; and
    // who writes there should rather know than wait for minutes.
    if (!error.retryable || error.code === "slow_mode") {
      this.#fail(cid, error);
      return;
    }
    if (!this.#outbox.postpone(cid)) return;
    const { timers } = this.#settings;
    timers.clear(this.#pause);
    this.#pause = timers.set(() => {
      this.#pause = undefined;
      this.flush();
    }, error.retryAfterMs ?? RETRY_MS);
  }

  /** Sends what can be sent now. */
  flush(): void {
    if (this.#pause !== undefined) return;
    const taken = this.#outbox.take((room) => this.#user.isOpen(room));
    const longest = this.#user.longest() ?? Infinity;
    const fits = ({ text }: Outgoing) => text.length <= MOST_UNITS * longest;
    const sent = taken.filter(fits);
    if (sent.length > 0) this.#user.send(sent.map(toRequest));
    // The server would hang up on a frame that is far too big, for good.
    for (const outgoing of taken) {
      if (!fits(outgoing)) this.#fail(outgoing.cid, tooLong(longest));
    }
  }

  /** Nothing that was sent is sure to have arrived. */
  disconnected(): void {
    this.#settings.timers.clear(this.#pause);
    this.#pause = undefined;
    this.#outbox.disconnected();
  }

  /** Refuses everything of a room, but keeps it for a retry. */
  failRoom(room: string, error: ClientError): void {
    for (const { cid, state } of this.outgoing(room)) {
      if (state.phase === "pending") this.#fail(cid, error);
    }
  }

  /** Gives everything of a room up. */
  leaveRoom(room: string): void {
    for (const { cid } of this.outgoing(room)) this.#giveUp(cid);
    this.#schedule();
  }

  /** Gives everything up; what was saved stays saved. */
  close(): void {
    this.disconnected();
    this.save();
    this.#closed = true;
    for (const { cid } of this.#outbox.entries) this.#giveUp(cid);
  }

  /** Keeps what is not sent. */
  save(): void {
    this.#user.save(
      this.#outbox.entries.map(({ cid, room, text, at }) => ({
        cid,
        room,
        text,
        at,
      })),
    );
  }

  #giveUp(cid: string): void {
    const outgoing = this.#outbox.remove(cid);
    if (outgoing?.state.phase === "pending") {
      this.#settle(outgoing, { phase: "failed", error: closed() });
    }
  }

  #fail(cid: string, error: ClientError): void {
    const outgoing = this.#outbox.fail(cid);
    if (outgoing === undefined) return;
    this.#settle(outgoing, { phase: "failed", error });
    this.#schedule();
  }

  #settle(outgoing: OutgoingMessage, state: OutgoingState): void {
    outgoing.settle(state);
    this.#user.changed(outgoing);
  }

  /** What one turn of the event loop brings is saved and sent together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (this.#closed) return;
      this.save();
      this.flush();
    });
  }

  /** Not to be guessed before it is sent: some 100 random bits. */
  #cid(): string {
    const { random } = this.#settings;
    return (random().toString(36).slice(2) + random().toString(36).slice(2))
      .padEnd(8, "0");
  }
}

function toRequest({ cid, room, text }: Outgoing): PublishRequest {
  return { type: "publish", id: cid, cid, room, text };
}

function tooLong(longest: number): ClientError {
  return new ClientError("too_long", {
    message:
      `The message has more than the ${longest} characters that are allowed. Send it in parts`,
    retryable: false,
  });
}
