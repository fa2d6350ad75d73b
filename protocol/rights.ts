/** Rights in a room, as sent on the wire. */

/** One right in a room. */
export type Right = "read" | "write" | "moderate";

/** All rights. */
export const RIGHTS: readonly Right[] = ["read", "write", "moderate"];

/** Stands for all rooms, in place of a room's name. */
export const EVERY_ROOM = "*" as const;
