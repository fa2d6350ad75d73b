/**
 * One's own messages on their way: from writing to when the room's log has
 * them, without one ever being seen twice or not at all in between. The ack
 * and the message itself may come in either order.
 */

import type { Outgoing, Room, RoomMessage } from "../../../client/hubbub.ts";

/** What is on its way into one room. */
export class OwnMessages {
  readonly #room: Room;
  /** Acked, but not come back yet. */
  readonly #acked = new Map<string, Outgoing>();
  /** Come back, but not acked yet. */
  readonly #came = new Set<string>();

  constructor(room: Room) {
    this.#room = room;
  }

  /** What is to be shown below the log. */
  get waiting(): readonly Outgoing[] {
    return [...this.#acked.values(), ...this.#room.outgoing]
      .filter(({ cid }) => !this.#came.has(cid));
  }

  /** A publish changed its state. */
  changed(message: Outgoing): void {
    const { cid, state } = message;
    if (state.phase !== "sent" || this.#came.delete(cid)) return;
    const seen = this.#room.cursor?.seq ?? 0;
    if (state.seq > seen) this.#acked.set(cid, message);
  }

  /** A message came. */
  arrived({ mine, cid, removes }: RoomMessage): void {
    if (!mine || cid === undefined || removes !== undefined) return;
    if (this.#acked.delete(cid)) return;
    // One that another device of the same person has sent is not awaited.
    const awaited = this.#room.outgoing.some((other) => other.cid === cid);
    if (awaited) this.#came.add(cid);
  }
}
