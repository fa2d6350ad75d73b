/**
 * Sends what more than one frame or reader is sent: messages to all members of
 * a lesson, and the history to one that comes. Owns their order, and how many
 * messages may wait. The sends of all lessons share the turns of the requests,
 * so a crowd delays its own messages and not the server.
 */

import type { TurnShare } from "../connection/turn_share.ts";
import { networkOf } from "../runtime/ip_network.ts";

/** Messages that may wait: each has at most 4 KiB of text. */
const MOST_WAITING = { total: 1_000, perAddress: 200 };

/** Whose turns the sends are: all lessons have one share. */
const LESSONS = { group: "lessons", member: "" };

/** Gets frames. */
export interface FrameReceiver {
  /** Whether it is to be sent nothing any more. */
  readonly isGone: boolean;
  /** Sends a frame; must not throw. */
  send(frame: string): void;
}

/** Frames to send to each of some receivers. */
interface Delivery {
  readonly frames: readonly string[];
  readonly receivers: readonly FrameReceiver[];
  /** Whose share it counts in; undefined for one that counts in none. */
  readonly network: string | undefined;
  /** The send that is next: all frames to the first receiver, then on. */
  next: number;
}

/** The fan-out of all lessons of one server. */
export class FanOutQueue {
  readonly #turns: TurnShare;
  readonly #waitingByNetwork = new Map<string, number>();
  #deliveries: Delivery[] = [];
  #waiting = 0;
  #isScheduled = false;

  /** @param turns The turns of all requests of the server. */
  constructor(turns: TurnShare) {
    this.#turns = turns;
  }

  /**
   * Sends a message to many, after all that was added before.
   *
   * @param frame The message.
   * @param receivers Who gets it, unless it goes before its turn.
   * @param address Where the sender is.
   * @returns What is full; undefined when the message is or will be sent.
   */
  add(
    frame: string,
    receivers: readonly FrameReceiver[],
    address: string,
  ): "address" | "total" | undefined {
    const network = networkOf(address) ?? address;
    const here = this.#waitingByNetwork.get(network) ?? 0;
    if (here >= MOST_WAITING.perAddress) return "address";
    if (this.#waiting >= MOST_WAITING.total) return "total";
    this.#waitingByNetwork.set(network, here + 1);
    this.#waiting++;
    this.#push({ frames: [frame], receivers, network, next: 0 });
    return undefined;
  }

  /**
   * Sends several frames to one receiver. Not limited: there is one call for
   * each connection.
   *
   * @param frames In their order.
   * @param receiver Who gets them.
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

  /** Sends one frame at least, and on until the turn is over. */
  #work(): void {
    // A send may close a connection, and that add to the queue.
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
