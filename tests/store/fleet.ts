/** Several nodes on one engine, and feeds that can be waited for. */

import type {
  LogState,
  Receipt,
  Retention,
  Store,
  StoredMessage,
} from "../../server/store/store.ts";
import { FakeClock } from "../helpers/doubles/clock.ts";
import { draft, KEEP_ALL, type Place, RecordingFeed, turn } from "./bench.ts";

/** Writes down what it is fed, lives of the log too, and can be waited for. */
export class NodeFeed extends RecordingFeed {
  /** The states it was reset to. */
  readonly resets: LogState[] = [];
  #waiting: { done: () => boolean; resolve: () => void }[] = [];

  override append(messages: readonly StoredMessage[]): void {
    super.append(messages);
    this.#look();
  }

  override trimmed(first: number): void {
    super.trimmed(first);
    this.#look();
  }

  override reset(state: LogState): void {
    this.state = state;
    this.resets.push(state);
    this.batches.length = 0;
    this.#look();
  }

  /** Resolves when it has had a message of this seq. */
  reaches(seq: number): Promise<void> {
    return this.until(() => (this.messages.at(-1)?.seq ?? 0) >= seq);
  }

  /** Resolves when something it is fed has made this true. */
  until(done: () => boolean): Promise<void> {
    if (done()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ done, resolve }));
  }

  #look(): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ done }) => !done());
    for (const { done, resolve } of waiting) if (done()) resolve();
  }
}

/** One of several nodes. */
export class Node {
  readonly store: Store;
  readonly #name: string;

  constructor(name: string, store: Store) {
    this.#name = name;
    this.store = store;
  }

  /** Appends one tick of texts, each with a cid. */
  say(room: string, ...texts: string[]): Promise<Receipt[]> {
    const from = this.#name;
    return this.store.append(
      texts.map((text) => draft({ room, text, from, cid: text })),
    );
  }

  /** Follows a room and writes down what comes. */
  async follow(room: string): Promise<NodeFeed> {
    const feed = new NodeFeed();
    feed.state = await this.store.follow(room, feed);
    return feed;
  }
}

/** Several nodes on one engine. */
export class FleetBench implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly nodes: Node[] = [];
  readonly #place: Place;
  readonly #retention: Retention;

  constructor(place: Place, retention = KEEP_ALL) {
    this.#place = place;
    this.#retention = retention;
  }

  /** Starts one more node. */
  async start(): Promise<Node> {
    const { clock } = this;
    const retention = this.#retention;
    const store = await this.#place.open({ clock, retention });
    const node = new Node(`node ${this.nodes.length + 1}`, store);
    this.nodes.push(node);
    return node;
  }

  /** Stops one. */
  async stop(node: Node): Promise<void> {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    await node.store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map(({ store }) => store.close()));
    await turn();
    await this.#place[Symbol.asyncDispose]();
  }
}
