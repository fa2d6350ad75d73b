/** A room of the client without a server, for tests of what is made of it. */

import type {
  HistoryOptions,
  HistoryPage,
  Moderation,
  Outgoing,
  Room,
  RoomEvents,
  RoomMessage,
} from "../../client/hubbub.ts";
import { ClientError } from "../../client/hubbub.ts";

/** A message whose text is its seq, unless told otherwise. */
export function message(
  seq: number,
  fields: Partial<RoomMessage> = {},
): RoomMessage {
  return {
    room: "lobby",
    seq,
    from: "Ada",
    text: String(seq),
    at: seq * 1_000,
    replay: false,
    mine: false,
    ...fields,
  };
}

/** One's own message on its way. */
export function outgoing(
  cid: string,
  { at = 0, failed }: { at?: number; failed?: string } = {},
): Outgoing {
  const state = failed === undefined ? { phase: "pending" } as const : {
    phase: "failed",
    error: new ClientError("too_long", { message: failed, retryable: false }),
  } as const;
  return {
    cid,
    room: "lobby",
    text: cid,
    at,
    state,
    done: Promise.resolve(state),
  };
}

type Listeners = {
  [E in keyof RoomEvents]?: ((value: RoomEvents[E]) => void)[];
};

/** A room that says what a test makes it say; its log is from 1 to `head`. */
export class FakeRoom implements Room {
  readonly name = "lobby";
  phase: Room["phase"] = "joined";
  cursor: Room["cursor"];
  members: readonly string[] = [];
  count = 0;
  outgoing: Outgoing[] = [];
  rules: Room["rules"];
  /** What was asked of moderators. */
  readonly acts: Moderation[] = [];
  /** What was asked of the history. */
  readonly asked: HistoryOptions[] = [];
  /** Oldest seq that is kept. */
  first = 1;
  head = 0;
  /** The history is not to be had. */
  broken = false;
  readonly #listeners: Listeners = {};

  /** Joins with the newest `replay` messages, and says that it is live. */
  join(head: number, replay = 50): void {
    this.head = head;
    const after = Math.max(head - replay, this.first - 1);
    this.cursor = { epoch: "e", seq: after };
    this.emit("joined", {
      again: false,
      recovered: "none",
      missed: 0,
      after,
      head,
    });
    for (let seq = after + 1; seq <= head; seq++) {
      this.say(message(seq, { replay: true }));
    }
    this.emit("live", undefined);
  }

  /** A message arrives. */
  say(message: RoomMessage): void {
    this.head = Math.max(this.head, message.seq);
    this.cursor = { epoch: "e", seq: message.seq };
    this.emit("message", message);
  }

  emit<E extends keyof RoomEvents>(event: E, value: RoomEvents[E]): void {
    for (const listener of this.#listeners[event] ?? []) listener(value);
  }

  on<E extends keyof RoomEvents>(
    event: E,
    listener: (value: RoomEvents[E]) => void,
  ): () => void {
    (this.#listeners[event] ??= [] as never).push(listener);
    return () => {};
  }

  moderate(act: Moderation): Promise<string | undefined> {
    this.acts.push(act);
    return Promise.resolve(undefined);
  }

  history(options: HistoryOptions = {}): Promise<HistoryPage> {
    this.asked.push(options);
    if (this.broken) return Promise.reject(new Error("Not now"));
    const { before = this.head + 1, after, limit = 50 } = options;
    const from = after === undefined
      ? Math.max(before - limit, this.first)
      : Math.max(after + 1, this.first);
    const to = after === undefined
      ? Math.min(before - 1, this.head)
      : Math.min(after + limit, this.head);
    const messages: RoomMessage[] = [];
    for (let seq = from; seq <= to; seq++) {
      messages.push(message(seq, { replay: true }));
    }
    return Promise.resolve({
      messages,
      first: this.first,
      head: this.head,
      older: from > this.first,
    });
  }

  publish(text: string): Outgoing {
    const one = { ...outgoing(`cid ${this.outgoing.length}`), text };
    this.outgoing.push(one);
    this.emit("outgoing", one);
    return one;
  }

  retry(): boolean {
    return true;
  }

  discard(cid: string): boolean {
    this.outgoing = this.outgoing.filter((one) => one.cid !== cid);
    return true;
  }

  typing(): void {}
  leave(): void {}
}
