/**
 * Sends the messages of the outbox, retries them, reports their state and saves
 * them.
 */

import type { PublishRequest } from "../../protocol/requests.ts";
import type { Outgoing, OutgoingState } from "../room/room_api.ts";
import { ClientError } from "../errors.ts";
import type { SavedPublish, Settings } from "../options.ts";
import { Outbox } from "./outbox.ts";
import { OutgoingMessage } from "./outgoing_message.ts";
import { closed } from "../connection/pending_requests.ts";

/** The part of a client that a sender uses. */
export interface SenderUser {
  /** Returns whether a room's messages can be sent now. */
  isOpen(room: string): boolean;
  /** Returns the longest message, in characters; undefined before the welcome. */
  longest(): number | undefined;
  send(requests: readonly PublishRequest[]): void;
  changed(message: Outgoing): void;
  /** Saves the unsent messages. */
  save(entries: readonly SavedPublish[]): void;
}

/** The wait before a retry if the error does not set one. */
const RETRY_MS = 1_000;

/** The most UTF-16 units that the server counts as one character. A longer text
 * is too long for certain; the server checks all others. */
const MOST_UNITS = 2;

/** Sends the messages of one client until the server acks or rejects them. */
export class Sender {
  readonly #settings: Settings;
  readonly #user: SenderUser;
  readonly #outbox: Outbox<OutgoingMessage>;
  /** The timer of a pause that the server asked for. */
  #pause: unknown;
  #scheduled = false;
  #closed = false;

  /**
   * @param settings Limits, clock and randomness.
   * @param user The client.
   */
  constructor(settings: Settings, user: SenderUser) {
    this.#settings = settings;
    this.#user = user;
    this.#outbox = new Outbox(settings.outboxLimit);
  }

  /** Restores the saved messages of an earlier client. */
  restore(entries: readonly SavedPublish[]): void {
    this.#outbox.restore(entries.map((entry) => new OutgoingMessage(entry)));
  }

  /** Pending and failed messages of a room, in the order of publishing. */
  outgoing(room: string): Outgoing[] {
    return this.#outbox.entries.filter((outgoing) => outgoing.room === room);
  }

  /** Publishes a message; it fails at once if the outbox is full. */
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

  /** Returns a failed message without sending it. */
  reject(room: string, text: string, error = closed()): Outgoing {
    const at = this.#settings.now();
    const outgoing = new OutgoingMessage({ cid: this.#cid(), room, text, at });
    this.#settle(outgoing, { phase: "failed", error });
    return outgoing;
  }

  /** Retries a failed message; returns whether it exists. */
  retry(cid: string): boolean {
    const outgoing = this.#outbox.retry(cid);
    if (outgoing === undefined) return false;
    outgoing.renew();
    this.#user.changed(outgoing);
    this.#schedule();
    return true;
  }

  /** Deletes a failed message; returns whether it exists. */
  discard(cid: string): boolean {
    if (!this.#outbox.hasFailed(cid)) return false;
    this.#outbox.remove(cid);
    this.#schedule();
    return true;
  }

  /** Marks a message as sent. */
  acked(cid: string, seq: number): void {
    const outgoing = this.#outbox.remove(cid);
    if (outgoing === undefined) return;
    this.#settle(outgoing, { phase: "sent", seq });
    this.#schedule();
  }

  /** Fails a message that the server rejected, or retries it later. */
  refused(cid: string, error: ClientError): void {
    // A pause would delay all rooms, but slow mode is for one. Its waits can
    // take minutes, so the user should see an error.
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

  /** Sends all messages that can be sent now. */
  flush(): void {
    if (this.#pause !== undefined) return;
    const taken = this.#outbox.take((room) => this.#user.isOpen(room));
    const longest = this.#user.longest() ?? Infinity;
    const fits = ({ text }: Outgoing) => text.length <= MOST_UNITS * longest;
    const sent = taken.filter(fits);
    if (sent.length > 0) this.#user.send(sent.map(toRequest));
    // A frame over the server's limit would close the connection.
    for (const outgoing of taken) {
      if (!fits(outgoing)) this.#fail(outgoing.cid, tooLong(longest));
    }
  }

  /** Queues unacked messages again: the connection was lost. */
  disconnected(): void {
    this.#settings.timers.clear(this.#pause);
    this.#pause = undefined;
    this.#outbox.disconnected();
  }

  /** Fails a room's pending messages, and keeps them for a retry. */
  failRoom(room: string, error: ClientError): void {
    for (const { cid, state } of this.outgoing(room)) {
      if (state.phase === "pending") this.#fail(cid, error);
    }
  }

  /** Fails and deletes a room's messages. */
  leaveRoom(room: string): void {
    for (const { cid } of this.outgoing(room)) this.#giveUp(cid);
    this.#schedule();
  }

  /** Saves all messages, then fails those that are pending. */
  close(): void {
    this.disconnected();
    this.save();
    this.#closed = true;
    for (const { cid } of this.#outbox.entries) this.#giveUp(cid);
  }

  /** Saves the unsent messages. */
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

  /** Saves and sends the messages of one turn of the event loop together. */
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

  /** Returns a cid that others cannot guess: about 100 random bits. */
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
