/**
 * The reading side of a room: which message is the next one. Pure: events in,
 * steps out. It is what makes every message come once and in order, whatever
 * the connection does.
 */

import type {
  GapEvent,
  HistoryEvent,
  JoinedEvent,
} from "../../protocol/events.ts";
import type { Cursor, Message } from "../../protocol/message.ts";
import type { Gap } from "./room_api.ts";

/** What is to be done about an event, in this order. */
export type Step =
  | {
    readonly kind: "message";
    readonly message: Message;
    readonly replay: boolean;
  }
  | { readonly kind: "gap"; readonly gap: Gap }
  | { readonly kind: "reset" }
  /** Ask for the history behind this seq, and pass the answer to `page()`. */
  | { readonly kind: "fetch"; readonly after: number }
  /** What the server says does not fit together: connect and join anew. */
  | { readonly kind: "resync" };

/** One reader's way through one room's log. */
export class RoomReader {
  #epoch: string | undefined;
  #seq = 0;
  /** Newest message at the time of joining. */
  #headAtJoin = 0;
  /** A message known to exist; while it is ahead there is a hole before it. */
  #ahead = 0;
  #fetching = false;

  /** The last message read; undefined before the first joining. */
  get cursor(): Cursor | undefined {
    return this.#epoch === undefined
      ? undefined
      : { epoch: this.#epoch, seq: this.#seq };
  }

  /** The room was joined, at first or again. */
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

  /** A message arrived. */
  message(message: Message): Step[] {
    const { seq } = message;
    if (this.#epoch === undefined || seq <= this.#seq) return [];
    if (seq > this.#seq + 1) return this.#hole(seq);
    this.#seq = seq;
    return [{ kind: "message", message, replay: seq <= this.#headAtJoin }];
  }

  /** Messages fell off the log before they could be sent. */
  gap({ from, to }: GapEvent): Step[] {
    if (this.#epoch === undefined || to <= this.#seq) return [];
    if (from > this.#seq + 1) return this.#hole(to);
    return this.#skipTo(to);
  }

  /** The answer to a `fetch`. */
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
    // Without progress, asking again would go on for ever.
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
   * What is ahead of a hole is not kept: the pages that fill the hole bring it
   * again, and memory stays bounded.
   */
  #hole(ahead: number): Step[] {
    this.#ahead = Math.max(this.#ahead, ahead);
    if (this.#fetching) return [];
    this.#fetching = true;
    return [{ kind: "fetch", after: this.#seq }];
  }
}
