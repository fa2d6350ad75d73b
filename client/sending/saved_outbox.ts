/** Finds a client's outbox among the saved ones. Pure. */

import type { SavedOutbox } from "../options.ts";

/**
 * Splits the saved data by owner, so that a client never sends another user's
 * messages or resumes another user's session.
 *
 * @param saved The data from the storage.
 * @param owner The `sub` of the client's access token, null without one, and
 * its guest secret if it has one.
 * @returns The owner's outbox, if it exists, and all others.
 */
export function ownOutbox(
  saved: SavedOutbox | undefined,
  owner: { readonly user: string | null; readonly guest: string | undefined },
): { own: SavedOutbox | undefined; others: readonly SavedOutbox[] } {
  if (saved === undefined) return { own: undefined, others: [] };
  const { others: rest = [], ...last } = saved;
  const all = [last, ...rest];
  const own = all.find(({ user, guest }) => {
    // Earlier versions saved one outbox without an owner.
    if (user === undefined) return true;
    if (user !== owner.user) return false;
    return user !== null || owner.guest === undefined ||
      guest === undefined || guest === owner.guest;
  });
  return { own, others: all.filter((outbox) => outbox !== own) };
}
