/**
 * Validates drafts, and isolates failures: an invalid draft must not prevent
 * others from being stored. Pure.
 */

import { type Draft, type Receipt, refusedFor } from "./store.ts";

/** A draft that no store accepts. */
export class UnstorableError extends Error {
  override name = "UnstorableError";
}

/** Returns whether every engine preserves a text: SQLite ends a text at NUL,
 * and a lone surrogate has no UTF-8 form. */
function isExact(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

function mustBeExact(field: string, value: unknown): void {
  if (typeof value === "string" && isExact(value)) return;
  throw new UnstorableError(`A draft's ${field} cannot be stored as it is`);
}

/**
 * Validates a draft and normalizes it so that every engine preserves it.
 *
 * @param draft The draft.
 * @returns The draft; in `from` and text, U+FFFD replaces NUL and lone
 * surrogates.
 * @throws {UnstorableError} When its room, author or cid contains one of these,
 * or a field is no string.
 */
export function storable(draft: Draft): Draft {
  const { room, from, text, author, cid } = draft;
  mustBeExact("room", room);
  mustBeExact("author", author);
  if (cid !== undefined) mustBeExact("cid", cid);
  if (typeof from !== "string" || typeof text !== "string") {
    throw new UnstorableError("A draft's name and text must be strings");
  }
  if (isExact(from) && isExact(text)) return draft;
  const exact = (words: string) =>
    words.toWellFormed().replaceAll("\0", "\uFFFD");
  return { ...draft, from: exact(from), text: exact(text) };
}

/**
 * Stores the valid drafts.
 *
 * @param drafts The drafts.
 * @param store Stores drafts that are {@linkcode storable}.
 * @returns A receipt for each, in order.
 */
export function storeStorable(
  drafts: readonly Draft[],
  store: (drafts: readonly Draft[]) => Promise<Receipt[]>,
): Promise<Receipt[]> {
  const refused = new Map<number, Receipt>();
  const good: Draft[] = [];
  for (const [index, draft] of drafts.entries()) {
    try {
      good.push(storable(draft));
    } catch (error) {
      refused.set(index, refusedFor(error));
    }
  }
  if (refused.size === 0) return store(good);
  if (good.length === 0) return Promise.resolve([...refused.values()]);
  return store(good).then((receipts) => {
    const others = receipts.values();
    return drafts.map((_, index) =>
      refused.get(index) ?? others.next().value ??
        refusedFor("The store told nothing of it")
    );
  });
}
