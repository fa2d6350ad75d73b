/**
 * Rejects new rooms whose names look like those of other open rooms.
 * `checkRoom()` checks a room's name by itself.
 */

import { HubbubError } from "../../protocol/errors.ts";
import { DEFAULT_ROOM, mayMakeRoom } from "../../protocol/names.ts";
import { lookOf, withSmallCapitalsRead } from "../fleet/lookalikes.ts";

/** The open rooms of this node, by the look of their names. */
export class RoomLookalikes {
  readonly #byLook = new Map<string, Set<string>>();

  constructor() {
    this.add(DEFAULT_ROOM);
  }

  /** Adds an open room. */
  add(room: string): void {
    for (const look of looksOfRoom(room)) {
      this.#byLook.set(look, (this.#byLook.get(look) ?? new Set()).add(room));
    }
  }

  /** Removes a room that has closed. */
  delete(room: string): void {
    if (room === DEFAULT_ROOM) return;
    for (const look of looksOfRoom(room)) {
      const rooms = this.#byLook.get(look);
      rooms?.delete(room);
      if (rooms?.size === 0) this.#byLook.delete(look);
    }
  }

  /**
   * Returns the error for a room without messages that may not be opened.
   *
   * @param room A valid name.
   * @returns The error; undefined when the room may be opened.
   */
  errorOf(room: string): HubbubError | undefined {
    if (!mayMakeRoom(room)) {
      return new HubbubError("bad_room", {
        message: "The room's name mixes alphabets in one word or repeats an " +
          "accent on a letter. Choose another name",
      });
    }
    // Which one is told nobody: the asker may not be allowed to read it.
    const isLikeAnother = looksOfRoom(room)
      .some((look) =>
        [...this.#byLook.get(look) ?? []].some((name) => name !== room)
      );
    if (!isLikeAnother) return undefined;
    return new HubbubError("bad_room", {
      message: `The name "${room}" looks like that of another room. ` +
        "Choose another name",
    });
  }
}

/** A room's name has one case: its looks are fewer than a person's. */
function looksOfRoom(room: string): readonly string[] {
  return withSmallCapitalsRead(room).map(lookOf);
}
