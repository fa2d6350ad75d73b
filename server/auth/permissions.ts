/** What somebody may do where. Pure data; authenticator.ts decides who gets it. */

import type { Right } from "../../protocol/rights.ts";

/** What one bearer may do. */
export interface Permissions {
  /** Who it is, in the long run; undefined for guests. */
  readonly user?: string | undefined;
  /** The name it goes by, when the token says so. */
  readonly name?: string | undefined;
  /** When it ends, milliseconds since 1970; Infinity for never. */
  readonly until: number;
  /** Whether it holds for a right in a room, by the room's checked name, or in
   * all of them (`*`). */
  allows(right: Right, room: string): boolean;
}

/** What somebody asks to do, as far as rights go. */
export type Act = Right | "remove";

/**
 * Returns whether permissions hold for an act: the one rule for all
 * transports. Most acts take the right of their name; to remove a message
 * takes the right to write, for one's own, or to moderate.
 *
 * @param permissions Of whoever asks.
 * @param act What it asks for.
 * @param room A checked name, or `*` for all rooms.
 */
export function permits(
  permissions: Permissions,
  act: Act,
  room: string,
): boolean {
  if (act !== "remove") return permissions.allows(act, room);
  return permissions.allows("write", room) ||
    permissions.allows("moderate", room);
}

/** What everybody may do where nobody is asked for a token. */
export const OPEN: Permissions = {
  until: Infinity,
  allows: (right) => right !== "moderate",
};

/** For what has been allowed already, elsewhere. */
export const TRUSTED: Permissions = { until: Infinity, allows: () => true };
