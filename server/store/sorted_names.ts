/** Sorted names with efficient paging. Pure. */

import { compareCodePoints } from "../runtime/code_points.ts";

/** A set of names, sorted by their code points. */
export class SortedNames {
  readonly #names: string[] = [];

  get size(): number {
    return this.#names.length;
  }

  add(name: string): void {
    const place = this.#placeOf(name);
    if (this.#names[place] !== name) this.#names.splice(place, 0, name);
  }

  delete(name: string): void {
    const place = this.#placeOf(name);
    if (this.#names[place] === name) this.#names.splice(place, 1);
  }

  /** The first names behind another one, which need not be one of them. */
  behind(name: string, limit: number): string[] {
    let place = this.#placeOf(name);
    if (this.#names[place] === name) place++;
    return this.#names.slice(place, place + limit);
  }

  /** Where a name is, or would be. */
  #placeOf(name: string): number {
    let [low, high] = [0, this.#names.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareCodePoints(this.#names[middle]!, name) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
