/**
 * Queues sends of several frames or to several receivers: broadcasts of a
 * lesson, and the history for a new client. Keeps their order and limits the
 * queue. All lessons share the time budget of requests, so a crowd delays only
 * its own messages.
 */

import type { TurnShare } from "../runtime/turn_share.ts";
import { networkKey } from "../runtime/ip_network.ts";

/** Maximum queued messages, each with at most 4 KiB of text. */
const MOST_WAITING = { total: 1_000, perAddress: 200 };

/** All lessons share one party. */
const LESSONS = { group: "lessons", member: "" };

/** Receives frames. */
export interface FrameReceiver {
  /** Whether nothing more may be sent to it. */
  readonly isGone: boolean;
  /** Sends a frame; must not throw. */
  send(frame: string): void;
}

/** Frames to send to each of several receivers. */
interface Delivery {
  readonly frames: readonly string[];
  readonly receivers: readonly FrameReceiver[];
  /** The network that it counts for; undefined if it does not count. */
  readonly network: string | undefined;
  /**
   * Index of the next send: all frames to the first receiver, then the next.
   */
  next: number;
}

/** The fan-out of all lessons of one server. */
export class FanOutQueue {
  readonly #turns: TurnShare;
  readonly #waitingByNetwork = new Map<string, number>();
  #deliveries: Delivery[] = [];
  #waiting = 0;
  #isScheduled = false;

  /** @param turns The time budget of all requests of the server. */
  constructor(turns: TurnShare) {
    this.#turns = turns;
  }

  /**
   * Queues a message to many receivers, in order.
   *
   * @param frame The message.
   * @param receivers Skipped if they leave before their turn.
   * @param address The sender's address.
   * @returns The limit that is exceeded; undefined when the message was sent or
   * queued.
   */
  add(
    frame: string,
    receivers: readonly FrameReceiver[],
    address: string,
  ): "address" | "total" | undefined {
    const network = networkKey(address);
    const here = this.#waitingByNetwork.get(network) ?? 0;
    if (here >= MOST_WAITING.perAddress) return "address";
    if (this.#waiting >= MOST_WAITING.total) return "total";
    this.#waitingByNetwork.set(network, here + 1);
    this.#waiting++;
    this.#push({ frames: [frame], receivers, network, next: 0 });
    return undefined;
  }

  /**
   * Sends several frames to one receiver. Not limited: called once per
   * connection.
   *
   * @param frames In order.
   * @param receiver The receiver.
   */
  replay(frames: readonly string[], receiver: FrameReceiver): void {
    const receivers = [receiver];
    this.#push({ frames, receivers, network: undefined, next: 0 });
  }

  #push(delivery: Delivery): void {
    this.#deliveries.push(delivery);
    if (this.#isScheduled) return;
    if (this.#turns.isOver(0)) return this.#schedule();
    this.#work();
  }

  #schedule(): void {
    this.#isScheduled = true;
    this.#turns.later(() => this.#work(), LESSONS);
  }

  /** Sends at least one frame, until the turn is over. */
  #work(): void {
    // A send may close a connection, which may add to the queue.
    this.#isScheduled = true;
    let sent = 0;
    let done = 0;
    for (const delivery of this.#deliveries) {
      const { frames, receivers } = delivery;
      const sends = frames.length * receivers.length;
      while (delivery.next < sends) {
        if (sent > 0 && this.#turns.isOver(sent)) {
          this.#deliveries = this.#deliveries.slice(done);
          return this.#schedule();
        }
        sent++;
        const index = delivery.next++;
        const receiver = receivers[Math.floor(index / frames.length)];
        const frame = frames[index % frames.length];
        if (frame !== undefined && receiver?.isGone === false) {
          receiver.send(frame);
        }
      }
      done++;
      this.#leave(delivery.network);
    }
    this.#deliveries = [];
    this.#isScheduled = false;
  }

  #leave(network: string | undefined): void {
    if (network === undefined) return;
    this.#waiting--;
    const here = (this.#waitingByNetwork.get(network) ?? 0) - 1;
    if (here > 0) this.#waitingByNetwork.set(network, here);
    else this.#waitingByNetwork.delete(network);
  }
}
