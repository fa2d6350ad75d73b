/**
 * The reading position in a room. Pure: takes events, returns steps. Delivers
 * each message once and in order, across reconnects.
 */

import type {
  GapEvent,
  HistoryEvent,
  JoinedEvent,
} from "../../protocol/events.ts";
import type { Cursor, Message } from "../../protocol/message.ts";
import type { Gap } from "./room_api.ts";

/** An action that follows an event. */
export type Step =
  | {
    readonly kind: "message";
    readonly message: Message;
    readonly replay: boolean;
  }
  | { readonly kind: "gap"; readonly gap: Gap }
  | { readonly kind: "reset" }
  /** Request the history after this seq, and pass the reply to `page()`. */
  | { readonly kind: "fetch"; readonly after: number }
  /** Reconnect and rejoin: the server's data is inconsistent. */
  | { readonly kind: "resync" };

/** One reader's position in one room's log. */
export class RoomReader {
  #epoch: string | undefined;
  #seq = 0;
  /** The newest seq at the time of the join. */
  #headAtJoin = 0;
  /** The largest seq seen; if it is over `#seq`, messages are missing. */
  #ahead = 0;
  #fetching = false;

  /** The position of the last message read; undefined before the first join. */
  get cursor(): Cursor | undefined {
    return this.#epoch === undefined
      ? undefined
      : { epoch: this.#epoch, seq: this.#seq };
  }

  /** Handles a join or rejoin. */
  joined({ epoch, after, head, recovered }: JoinedEvent): Step[] {
    const known = this.#epoch;
    const before = this.#seq;
    this.#epoch = epoch;
    this.#headAtJoin = head;
    this.#ahead = 0;
    this.#fetching = false;
    if (known === undefined) {
      this.#seq = after;
      return [];
    }
    if (known !== epoch || recovered === "none") {
      this.#seq = after;
      return [{ kind: "reset" }];
    }
    return this.#skipTo(Math.max(before, after));
  }

  /** Handles a message. */
  message(message: Message): Step[] {
    const { seq } = message;
    if (this.#epoch === undefined || seq <= this.#seq) return [];
    if (seq > this.#seq + 1) return this.#hole(seq);
    this.#seq = seq;
    return [{ kind: "message", message, replay: seq <= this.#headAtJoin }];
  }

  /** Handles a gap: the server deleted messages before it sent them. */
  gap({ from, to }: GapEvent): Step[] {
    if (this.#epoch === undefined || to <= this.#seq) return [];
    if (from > this.#seq + 1) return this.#hole(to);
    return this.#skipTo(to);
  }

  /** Handles the reply to a `fetch`. */
  page({ room, epoch, first, messages }: HistoryEvent): Step[] {
    if (!this.#fetching) return [];
    this.#fetching = false;
    if (epoch !== this.#epoch) return [{ kind: "resync" }];
    const before = this.#seq;
    const steps = this.#skipTo(Math.max(before, first - 1));
    for (const message of messages) {
      steps.push(...this.message({ ...message, room }));
    }
    if (this.#fetching || this.#ahead <= this.#seq) return steps;
    // Without progress, the requests would never end.
    if (this.#seq === before) return [{ kind: "resync" }];
    return [...steps, ...this.#hole(this.#ahead)];
  }

  #skipTo(seq: number): Step[] {
    const from = this.#seq + 1;
    if (seq < from) return [];
    this.#seq = seq;
    return [{ kind: "gap", gap: { from, to: seq, missed: seq - from + 1 } }];
  }

  /**
   * Requests the missing messages. Drops the messages after them to bound
   * memory: the history pages contain them too.
   */
  #hole(ahead: number): Step[] {
    this.#ahead = Math.max(this.#ahead, ahead);
    if (this.#fetching) return [];
    this.#fetching = true;
    return [{ kind: "fetch", after: this.#seq }];
  }
}
