/**
 * A map from large to small numbers in typed arrays, for millions of entries. A
 * `Map` allocates every key above 2^31 and needs more lookups: finding repeats
 * took 10 % of the server's time under full load with it, a third of that with
 * this. The table grows incrementally: moving a million entries at once took
 * half a second.
 */

/** Slots there are at first. */
const SMALLEST = 16;
/** Old slots that are emptied with every entry while a table grows: it has
 * grown before it has to grow again. */
const MOVED_AT_ONCE = 8;

/** Slots in which every key has a place near where its hash wants it. */
class Slots {
  /** Each key plus 1, since 0 is a free slot. */
  readonly keys: Float64Array;
  readonly values: Uint32Array;

  constructor(count: number) {
    this.keys = new Float64Array(count);
    this.values = new Uint32Array(count);
  }

  /** The slot that has a key, or the free one where it belongs. */
  find(key: number): number {
    const { keys } = this;
    const wanted = key + 1;
    const mask = keys.length - 1;
    let slot = (key >>> 0) & mask;
    while (keys[slot] !== 0 && keys[slot] !== wanted) slot = (slot + 1) & mask;
    return slot;
  }

  /** Puts a key where it belongs; tells whether it is new. */
  put(key: number, value: number): boolean {
    const slot = this.find(key);
    const isNew = this.keys[slot] === 0;
    this.keys[slot] = key + 1;
    this.values[slot] = value;
    return isNew;
  }
}

/** Numbers by number; entries are added and never removed. */
export class NumberTable {
  #slots = new Slots(SMALLEST);
  /** Those it had before, until all of them are moved. */
  #old: Slots | null = null;
  /** Old slots that are moved. */
  #moved = 0;
  #size = 0;

  /** How many entries there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * Finds a value.
   *
   * @param key A whole number from 0 below 2^53.
   * @returns What was set last; undefined when nothing was.
   */
  get(key: number): number | undefined {
    return get(this.#slots, key) ??
      (this.#old === null ? undefined : get(this.#old, key));
  }

  /**
   * Sets a value.
   *
   * @param key A whole number from 0 below 2^53; evenly spread ones, such as
   * hashes, are found fast.
   * @param value A whole number from 0 below 2^32.
   */
  set(key: number, value: number): void {
    const isMoved = this.#old === null || get(this.#old, key) === undefined;
    if (this.#slots.put(key, value) && isMoved) this.#size++;
    if (this.#old !== null) this.#move(this.#old);
    // Half of the slots stay free, so that a search is short.
    else if (this.#size * 2 >= this.#slots.keys.length) this.#grow();
  }

  #grow(): void {
    this.#old = this.#slots;
    this.#moved = 0;
    this.#slots = new Slots(this.#old.keys.length * 2);
  }

  /** Moves some of the old entries, but for those that were set since. */
  #move(old: Slots): void {
    const until = this.#moved + MOVED_AT_ONCE;
    for (; this.#moved < until; this.#moved++) {
      const key = (old.keys[this.#moved] ?? 0) - 1;
      if (key < 0 || get(this.#slots, key) !== undefined) continue;
      this.#slots.put(key, old.values[this.#moved] ?? 0);
    }
    if (this.#moved >= old.keys.length) this.#old = null;
  }
}

function get(slots: Slots, key: number): number | undefined {
  const slot = slots.find(key);
  return slots.keys[slot] === 0 ? undefined : slots.values[slot];
}
