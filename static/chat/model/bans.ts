/** The bans of a room, as the HTTP API lists them, and how to end one. */

import type { Moderation } from "../../../client/hubbub.ts";

/** An entry of `GET /api/rooms/ROOM/bans`. */
export interface ListedBan {
  /** A kick is a short ban. */
  readonly kind: "ban" | "kick";
  /** The room; `*` is the whole server. */
  readonly room: string;
  readonly name?: string;
  /** The `sub` of an access token. */
  readonly user?: string;
  /** An IP address; `hidden` if the reader may not see it. */
  readonly address?: string;
  /** When it ends, in milliseconds since 1970. */
  readonly until: number;
  /** The moderator's name. */
  readonly by: string;
  readonly reason?: string;
}

/** What stands for an address that the reader may not see. */
const HIDDEN = "hidden";

/**
 * Returns whose ban it is, as a moderator knows it.
 *
 * @returns Undefined for an address that the reader may not see.
 */
export function bannedSubject(ban: ListedBan): string | undefined {
  const address = ban.address === HIDDEN ? undefined : ban.address;
  return ban.name ?? ban.user ?? address;
}

/**
 * Returns the request that ends a ban.
 *
 * @returns Undefined if the reader cannot name its subject.
 */
export function unbanRequest(ban: ListedBan): Moderation | undefined {
  const { name, user, address, room } = ban;
  if (bannedSubject(ban) === undefined) return undefined;
  return {
    type: "unban",
    ...(name !== undefined
      ? { name }
      : user !== undefined
      ? { user }
      : { address }),
    ...(room === "*" && { room }),
  } as Moderation;
}
