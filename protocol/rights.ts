/** What somebody may do in a room, as it travels. */

/** One thing that somebody may do in a room. */
export type Right = "read" | "write" | "moderate";

/** All of them. */
export const RIGHTS: readonly Right[] = ["read", "write", "moderate"];

/** In the place of a room's name: all rooms, the whole server. */
export const EVERY_ROOM = "*" as const;
