/** One message on its way: what is told of it, and what became of it. */

import type { Outgoing, OutgoingState } from "../room/room_api.ts";
import type { SavedPublish } from "../options.ts";

/** One message on its way. */
export class OutgoingMessage implements Outgoing {
  readonly cid: string;
  readonly room: string;
  readonly text: string;
  readonly at: number;
  #state: OutgoingState = { phase: "pending" };
  #settled = Promise.withResolvers<OutgoingState>();

  constructor({ cid, room, text, at }: SavedPublish) {
    this.cid = cid;
    this.room = room;
    this.text = text;
    this.at = at;
  }

  get state(): OutgoingState {
    return this.#state;
  }

  get done(): Promise<OutgoingState> {
    return this.#settled.promise;
  }

  /** It was sent, or has failed. */
  settle(state: OutgoingState): void {
    this.#state = state;
    this.#settled.resolve(state);
  }

  /** It is tried again. */
  renew(): void {
    this.#state = { phase: "pending" };
    this.#settled = Promise.withResolvers();
  }
}
