/** The state of one published message. */

import type { Outgoing, OutgoingState } from "../room/room_api.ts";
import type { SavedPublish } from "../options.ts";

/** A published message and its state. */
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

  /** Sets the final state: sent or failed. */
  settle(state: OutgoingState): void {
    this.#state = state;
    this.#settled.resolve(state);
  }

  /** Resets the state to pending for a retry. */
  renew(): void {
    this.#state = { phase: "pending" };
    this.#settled = Promise.withResolvers();
  }
}
