/**
 * Which new rooms are refused because people could take them for others. Owns
 * what the open rooms look like; what a room's name may be at all is
 * `checkRoom()`'s to say.
 */

import { HubbubError } from "../../protocol/errors.ts";
import { DEFAULT_ROOM, mayMakeRoom } from "../../protocol/names.ts";
import { lookOf } from "../fleet/lookalikes.ts";

/** The open rooms of this node, by what they look like. */
export class RoomLookalikes {
  readonly #byLook = new Map<string, Set<string>>();

  constructor() {
    this.add(DEFAULT_ROOM);
  }

  /** Adds a room that is open now. */
  add(room: string): void {
    const look = lookOf(room);
    this.#byLook.set(look, (this.#byLook.get(look) ?? new Set()).add(room));
  }

  /** Removes a room that is open no longer. */
  delete(room: string): void {
    if (room === DEFAULT_ROOM) return;
    const look = lookOf(room);
    const rooms = this.#byLook.get(look);
    rooms?.delete(room);
    if (rooms?.size === 0) this.#byLook.delete(look);
  }

  /**
   * Returns why a room that nobody has written to cannot be had.
   *
   * @param room A valid name.
   * @returns Undefined when it can.
   */
  refusal(room: string): HubbubError | undefined {
    if (!mayMakeRoom(room)) {
      return new HubbubError("bad_room", {
        message: "A word of a room's name has letters of one alphabet only. " +
          "Choose another name",
      });
    }
    const others = this.#byLook.get(lookOf(room)) ?? [];
    const other = [...others].find((name) => name !== room);
    if (other === undefined) return undefined;
    return new HubbubError("bad_room", {
      message: `The name "${room}" looks like that of the room "${other}". ` +
        "Choose another name",
    });
  }
}
