/**
 * How many rooms may be open at once, and whose share of them is whose: one
 * address or user opens a part only, and the last places are for rooms that
 * have a history. Pure.
 */

import { DEFAULT_ROOM } from "../../protocol/names.ts";
import { networkOf } from "../runtime/ip_network.ts";
import type { Session } from "./session.ts";

/** The part of all rooms that one address, or one user, may open: a quarter. */
const SHARE = 4;
/** Where there are few rooms, as many as one client may be in. */
const LEAST_SHARE = 100;
/** The part that is kept for rooms with a history: a tenth. */
const RESERVE = 10;

/** Takes a room off the count. Harmless when called again. */
export type RoomClosed = () => void;

/** Counts the open rooms of one server. */
export class OpenRoomLimits {
  readonly #most: number;
  readonly #share: number;
  /** Rooms by who opened them. */
  readonly #opened = new Map<string, number>();
  #open = 0;

  /** @param most Rooms open at once. */
  constructor(most: number) {
    this.#most = most;
    this.#share = Math.max(
      Math.ceil(most / SHARE),
      Math.min(most, LEAST_SHARE),
    );
  }

  /** How many are open. */
  get open(): number {
    return this.#open;
  }

  /**
   * Counts a room that a session opens.
   *
   * @param session Who comes first.
   * @returns What takes it off the count; undefined where there is no place.
   */
  enter(session: Session): RoomClosed | undefined {
    if (this.#open >= this.#most) return undefined;
    const owners = ownersOf(session);
    const isOver = (owner: string) =>
      (this.#opened.get(owner) ?? 0) >= this.#share;
    if (owners.some(isOver)) return undefined;
    this.#count(owners, 1);
    let open = true;
    return () => {
      if (open) this.#count(owners, -1);
      open = false;
    };
  }

  /**
   * Whether a room that has been opened may stay open.
   *
   * @param room Its name.
   * @param head Seq of its newest message; 0 when nobody has written to it.
   */
  mayStay(room: string, head: number): boolean {
    if (head > 0 || room === DEFAULT_ROOM) return true;
    return this.#open <= this.#most - Math.floor(this.#most / RESERVE);
  }

  #count(owners: readonly string[], change: 1 | -1): void {
    this.#open += change;
    for (const owner of owners) {
      const count = (this.#opened.get(owner) ?? 0) + change;
      if (count === 0) this.#opened.delete(owner);
      else this.#opened.set(owner, count);
    }
  }
}

/** Under which keys the rooms of a session are counted. */
function ownersOf({ reader, grant: { user } }: Session): string[] {
  const address = reader?.address ?? "";
  return [
    ...(address === "" ? [] : [`address ${networkOf(address) ?? address}`]),
    ...(user === undefined ? [] : [`user ${user}`]),
  ];
}
