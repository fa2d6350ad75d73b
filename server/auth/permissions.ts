/** What somebody may do where. Pure data; who gets it, auth.ts says. */

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

/** What everybody may do where nobody is asked for a token. */
export const OPEN: Permissions = {
  until: Infinity,
  allows: (right) => right !== "moderate",
};

/** For what has been allowed already, elsewhere. */
export const TRUSTED: Permissions = { until: Infinity, allows: () => true };
