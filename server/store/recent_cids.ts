/**
 * Recent `cid`s of a room, to detect repeats without a query, and without an
 * index that would double the cost of an insert. Pure.
 *
 * Stores a 53-bit hash and a seq per cid, in 24 to 48 bytes. The store verifies
 * each hit against the message. Among a million cids, two share a hash with a
 * probability of 1 in 18,000; then the repeat of one of them is not detected.
 */

import { type Monotonic, msBetween } from "../runtime/clock.ts";
import { NumberTable } from "./number_table.ts";

/** Cids that are added and dropped together. */
interface Generation {
  readonly seqs: NumberTable;
  /** When the newest was stored. */
  newest: Monotonic;
  readonly oldest: Monotonic;
}

/** A generation takes new cids for this much of the time they are kept. */
const GENERATIONS = 4;
/** A larger table takes too long to grow. */
const MOST = 4_000_000;

/** Remembers the cids of one room for a while. */
export class RecentCids {
  readonly #ms: number;
  #generations: Generation[] = [];

  /** @param ms Milliseconds each is kept, at least. */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /**
   * Notes that a message was stored.
   *
   * @param key Its author and cid, from {@linkcode cidKey}.
   * @param seq Its seq.
   * @param at When; not before what was added before.
   */
  add(key: number, seq: number, at: Monotonic): void {
    let last = this.#generations.at(-1);
    if (
      last === undefined || last.seqs.size >= MOST ||
      msBetween(last.oldest, at) > this.#ms / GENERATIONS
    ) {
      last = { seqs: new NumberTable(), newest: at, oldest: at };
      this.#generations = this.#generations.filter(({ newest }) =>
        msBetween(newest, at) <= this.#ms
      );
      this.#generations.push(last);
    }
    last.newest = at;
    last.seqs.set(key, seq);
  }

  /**
   * Finds the message that was perhaps stored under a cid.
   *
   * @param key Author and cid, from {@linkcode cidKey}.
   * @param now The moment: in a room in which nothing is stored any more,
   * nothing else ends what is kept.
   * @returns Its seq, to be confirmed; undefined when there is none for sure.
   */
  find(key: number, now: Monotonic): number | undefined {
    for (const { seqs, newest } of this.#generations) {
      if (msBetween(newest, now) > this.#ms) continue;
      const seq = seqs.get(key);
      if (seq !== undefined) return seq;
    }
    return undefined;
  }
}

/**
 * Hashes an author and its cid to 53 bits: two FNV-1a hashes side by side, the
 * second with another start
 * (https://datatracker.ietf.org/doc/draft-eastlake-fnv/).
 *
 * @param author Who sent it.
 * @param cid The author's id for it.
 */
export function cidKey(author: string, cid: string): number {
  return textKey(`${author} ${cid}`);
}

/** The same, of an author and its cid with a space between them. */
export function textKey(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
  }
  return ((high ^ high >>> 15) & 0x1fffff) * 2 ** 32 + (low >>> 0);
}
