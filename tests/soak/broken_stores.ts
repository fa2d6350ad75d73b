/**
 * Stores that are wrong on purpose, each in one way that servers have been
 * wrong in: to see that the truth checker finds out.
 */

import { systemClock } from "../../server/runtime/clock.ts";
import { MemoryStore } from "../../server/store/memory_store.ts";
import type {
  Draft,
  Feed,
  LogState,
  Page,
  Range,
  Receipt,
  StoredMessage,
} from "../../server/store/store.ts";

/** Keeps everything, as it should. */
export class SoundStore extends MemoryStore {
  constructor() {
    super({ retention: { messages: 1_000_000, ms: 0 }, clock: systemClock });
  }

  /** The next server goes on with it. */
  override close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Acks before it appends; what it has not got round to append is lost when
 * its process ends. */
export class AcksFirst extends SoundStore {
  /** Whether it gets round to anything. */
  busy = false;

  override async append(drafts: readonly Draft[]): Promise<Receipt[]> {
    if (!this.busy) return super.append(drafts);
    const room = drafts[0]?.room ?? "";
    const { head } = await this.read(room, { after: 0, limit: 0 });
    return drafts.map((_, index) => ({
      seq: head + 1 + index,
      duplicate: false,
    }));
  }
}

/** Reads the state of a room first and subscribes to it later: what is
 * appended in between reaches nobody who has just joined. */
export class ReplaysThenSubscribes extends SoundStore {
  /** Called in between. */
  inBetween: () => Promise<unknown> = () => Promise.resolve();

  override async follow(room: string, feed: Feed): Promise<LogState> {
    const state = await super.follow(room, { ...feed, append() {} });
    await this.inBetween();
    const { head } = await super.follow(room, {
      ...feed,
      // The server would notice the hole; this one counts for itself.
      append: (messages) => feed.append(shifted(messages, state.head - head)),
    });
    return state;
  }
}

/** Feeds messages under seqs that are one too large. */
export class FeedsOneOff extends SoundStore {
  override async follow(room: string, feed: Feed): Promise<LogState> {
    const state = await super.follow(room, {
      ...feed,
      append: (messages) => feed.append(shifted(messages, 1)),
    });
    return { ...state, head: state.head + 1 };
  }
}

/** Reads one message too far: under each seq there is the text of the next. */
export class ReadsOneOff extends SoundStore {
  override async read(room: string, range: Range): Promise<Page> {
    const page = await super.read(room, range);
    const { messages } = await super.read(room, { after: 1, limit: 1_000_000 });
    const textOf = new Map(messages.map(({ seq, text }) => [seq - 1, text]));
    return {
      ...page,
      messages: page.messages.map((message) => ({
        ...message,
        text: textOf.get(message.seq) ?? message.text,
      })),
    };
  }
}

/** Feeds several servers, as the engine of a fleet does. */
export class SharedStore extends SoundStore {
  readonly #feeds = new Map<string, Set<Feed>>();

  override follow(room: string, feed: Feed): Promise<LogState> {
    const feeds = this.#feeds.get(room) ?? new Set();
    this.#feeds.set(room, feeds.add(feed));
    return super.follow(room, {
      append: (messages) => feeds.forEach((feed) => feed.append(messages)),
      trimmed: (first) => feeds.forEach((feed) => feed.trimmed(first)),
      reset: (state) => feeds.forEach((feed) => feed.reset(state)),
    });
  }

  /** Others may follow. */
  override unfollow(): void {}
}

/** One node of a fleet, to which some messages do not come. It does not read
 * them, and counts for itself. */
export class SkipsHoles extends SoundStore {
  readonly #engine: SharedStore;
  /** Whether nothing comes. */
  deaf = false;
  #missed = 0;

  constructor(engine: SharedStore) {
    super();
    this.#engine = engine;
  }

  override append(drafts: readonly Draft[]): Promise<Receipt[]> {
    return this.#engine.append(drafts);
  }

  override read(room: string, range: Range): Promise<Page> {
    return this.#engine.read(room, range);
  }

  override follow(room: string, feed: Feed): Promise<LogState> {
    return this.#engine.follow(room, {
      ...feed,
      append: (messages) => {
        if (this.deaf) this.#missed += messages.length;
        else feed.append(shifted(messages, -this.#missed));
      },
    });
  }
}

function shifted(
  messages: readonly StoredMessage[],
  by: number,
): StoredMessage[] {
  return messages.map((message) => ({ ...message, seq: message.seq + by }));
}
