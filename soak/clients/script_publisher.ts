/** Passes events of client library users to the delivery check. */

import type { ClientOptions } from "./client.ts";
import type { Told } from "./library_reader.ts";

/** One client's state, from its own events. */
export class ScriptPublisher {
  readonly #options: ClientOptions;
  /** Texts that wait for their acks. */
  readonly #pending = new Set<string>();
  #name: string | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Its name, while it is in the room. */
  get name(): string | undefined {
    return this.#name;
  }

  /** How many texts wait for their acks. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Records a text before it is published. */
  publishes(token: string): void {
    this.#options.check.sent(token);
    this.#pending.add(token);
  }

  /** Records that the client is not in the room. */
  away(): void {
    this.#name = undefined;
    this.#options.changes.notify();
  }

  heard(told: Told): void {
    const { id, room, check, lag, changes } = this.#options;
    switch (told.is) {
      case "joined":
        check.joined(id, told.join);
        break;
      case "delivered":
        check.delivered(id, told.delivery);
        if (!told.delivery.replay) lag(Date.now() - told.at);
        break;
      case "gap":
        check.gap(id, room, told);
        break;
      case "acked":
        check.acked({ author: id, room, seq: told.seq, text: told.text });
        this.#pending.delete(told.text);
        break;
      case "here":
        this.#name = told.name;
        break;
      case "wrong":
        check.violated({ room, reader: id, what: told.what });
        break;
    }
    changes.notify();
  }
}
