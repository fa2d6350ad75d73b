/** Finds a client's own outbox among those that were saved. Pure. */

import type { SavedOutbox } from "../options.ts";

/**
 * Splits what was saved by owner, so that nobody sends the messages of another
 * person, or resumes its session.
 *
 * @param saved What the storage had.
 * @param owner The `sub` of the client's access token, null without one, and
 * its guest secret if it has one.
 * @returns The owner's outbox, if there is one, and those of others.
 */
export function ownOutbox(
  saved: SavedOutbox | undefined,
  owner: { readonly user: string | null; readonly guest: string | undefined },
): { own: SavedOutbox | undefined; others: readonly SavedOutbox[] } {
  if (saved === undefined) return { own: undefined, others: [] };
  const { others: rest = [], ...last } = saved;
  const all = [last, ...rest];
  const own = all.find(({ user, guest }) => {
    // Saved by an earlier version, which had one owner only.
    if (user === undefined) return true;
    if (user !== owner.user) return false;
    return user !== null || owner.guest === undefined ||
      guest === undefined || guest === owner.guest;
  });
  return { own, others: all.filter((outbox) => outbox !== own) };
}
