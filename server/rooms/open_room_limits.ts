/**
 * Limits of open rooms. One address or user may open only a part of them, and
 * the last tenth is reserved for rooms with a history. Pure.
 */

import { DEFAULT_ROOM } from "../../protocol/names.ts";
import { networkKey } from "../runtime/ip_network.ts";
import type { Session } from "./session.ts";

/** One address or user may open a quarter of the rooms. */
const SHARE = 4;
/** The least share, where the limit is low: the rooms that one client may
 * join. */
const LEAST_SHARE = 100;
/** A tenth of the rooms is reserved for rooms with a history. */
const RESERVE = 10;

/** Releases the place of a room. Repeated calls have no effect. */
export type RoomClosed = () => void;

/** Counts the open rooms of one server. */
export class OpenRoomLimits {
  readonly #most: number;
  readonly #share: number;
  /** Number of rooms, by the address or user that opened them. */
  readonly #opened = new Map<string, number>();
  #open = 0;

  /** @param most Most rooms open at once. */
  constructor(most: number) {
    this.#most = most;
    this.#share = Math.max(
      Math.ceil(most / SHARE),
      Math.min(most, LEAST_SHARE),
    );
  }

  /** Number of open rooms. */
  get open(): number {
    return this.#open;
  }

  /**
   * Counts a room that a session opens.
   *
   * @param session The first session in the room.
   * @returns A function that releases the place; undefined over a limit.
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
   * Returns whether a room that has been opened may stay open.
   *
   * @param room The room's name.
   * @param head Seq of its newest message; 0 when it has none.
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

/** Returns the keys under which a session's rooms count. */
function ownersOf({ reader, permissions: { user } }: Session): string[] {
  const address = reader?.address ?? "";
  return [
    ...(address === "" ? [] : [`address ${networkKey(address)}`]),
    ...(user === undefined ? [] : [`user ${user}`]),
  ];
}
