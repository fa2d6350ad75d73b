/** Publishes random messages from the clients at a set rate. */

import type { SoakClient } from "./clients/client.ts";
import { pick, type Random } from "./random.ts";
import { writeText } from "./texts.ts";

/** Options of the traffic. */
export interface TrafficOptions {
  /** Clients that publish. */
  readonly clients: readonly SoakClient[];
  readonly random: Random;
  /** Messages per second, summed over all clients. */
  readonly perSecond: number;
}

const BEAT_MS = 20;
/** A burst is more than the buffers between two processes hold, which take
 * some 4 to 6 MB on Linux before the server can tell that nobody reads; and it
 * is more messages than a server keeps that keeps little. */
const BURST = { messages: 280, characters: 30_000 };

/** Publishes on behalf of the clients. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #numbers = new Map<string, number>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  start(): void {
    const { clients, random, perSecond } = this.#options;
    let due = 0;
    this.#timer = setInterval(() => {
      due += perSecond * BEAT_MS / 1000;
      for (; due >= 1; due--) {
        const client = pick(clients, random());
        // Most messages are short, some are long.
        const length = Math.floor(20 + 180 * random() + 3_000 * random() ** 20);
        if (client !== undefined) this.#publish(client, length);
      }
    }, BEAT_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Publishes a burst to one room. */
  burst(room: string): void {
    const clients = this.#options.clients.filter((client) =>
      client.room === room
    );
    for (let sent = 0; sent < BURST.messages; sent++) {
      const client = clients[sent % clients.length];
      if (client !== undefined) this.#publish(client, BURST.characters);
    }
  }

  #publish(client: SoakClient, length: number): void {
    const number = (this.#numbers.get(client.id) ?? 0) + 1;
    if (client.publish(writeText(client.id, number, length))) {
      this.#numbers.set(client.id, number);
    }
  }
}
