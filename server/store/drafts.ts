/**
 * Which drafts a store can take, and storing the others when one cannot be:
 * what is wrong with one draft must cost nobody else's. Pure.
 */

import { type Draft, type Receipt, refusedFor } from "./store.ts";

/** A draft that no store can take. */
export class UnstorableError extends Error {
  override name = "UnstorableError";
}

/** What every engine gives back as it was given: SQLite ends a text at NUL, and
 * a lone surrogate cannot be written as UTF-8. */
function isExact(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

function mustBeExact(field: string, value: unknown): void {
  if (typeof value === "string" && isExact(value)) return;
  throw new UnstorableError(`A draft's ${field} cannot be stored as it is`);
}

/**
 * Checks a draft and makes it one that every engine gives back as it was.
 *
 * @param draft As it came.
 * @returns The same; in `from` and text U+FFFD stands for NUL and lone
 * surrogates.
 * @throws {UnstorableError} When its room, author or cid has one of these, or a
 * field is no string.
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
 * Stores the drafts that can be stored.
 *
 * @param drafts As they came.
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
