/**
 * What a bearer may do in which room. Pure data; authenticator.ts assigns it.
 */

import type { Right } from "../../protocol/rights.ts";

/** Permissions of one bearer. */
export interface Permissions {
  /** The permanent user ID; undefined for guests. */
  readonly user?: string | undefined;
  /** The name, if the token states it. */
  readonly name?: string | undefined;
  /** Expiry in milliseconds since 1970; Infinity for never. */
  readonly until: number;
  /** Returns whether a right is granted in a room (a valid name), or in all
   * rooms (`*`). */
  allows(right: Right, room: string): boolean;
}

/** An action that needs permission. */
export type Act = Right | "remove";

/**
 * Returns whether permissions allow an action, for all transports. Most actions
 * need the right of the same name; removing a message needs the right to write
 * (one's own) or to moderate.
 *
 * @param permissions The sender's permissions.
 * @param act The action.
 * @param room A valid name, or `*` for all rooms.
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

/** Everybody's permissions on an open server. */
export const OPEN: Permissions = {
  until: Infinity,
  allows: (right) => right !== "moderate",
};

/** For actions that were authorized elsewhere. */
export const TRUSTED: Permissions = { until: Infinity, allows: () => true };
