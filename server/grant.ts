/** What somebody may do where. Pure data; who gets it, auth.ts says. */

/** What somebody may do in a room. */
export type Right = "read" | "write" | "moderate";

/** In the order in which each includes those before it. */
export const RIGHTS: readonly Right[] = ["read", "write", "moderate"];

/** What one bearer may do. */
export interface Grant {
  /** Who it is, in the long run; undefined for guests. */
  readonly user?: string | undefined;
  /** The name it goes by, when the token says so. */
  readonly name?: string | undefined;
  /** When it ends, milliseconds since 1970; Infinity for never. */
  readonly until: number;
  /** Whether it holds for a right in a room, by the room's checked name. */
  allows(right: Right, room: string): boolean;
}

/** For what has been allowed already, elsewhere. */
export const TRUSTED: Grant = { until: Infinity, allows: () => true };
