/** Random choices that a seed repeats, and the nasty things to choose from. */

import type { Random } from "../soak/random.ts";

/** Words that parsers have stumbled over. */
const NASTY = [
  "",
  "null",
  "NaN",
  "1e999",
  "-0",
  "9007199254740993",
  '"__proto__"',
  '"\\ud800"',
  '"\\u0000"',
  "{}",
  "[]",
  "[".repeat(5_000),
  '{"a":'.repeat(2_000),
  `"${"x".repeat(5_000)}"`,
  "\u0000",
  "\u202e",
  "\ufeff",
  "👩‍👩‍👧",
  "%00",
  "%zz",
  "../../etc/passwd",
  "\r\n\r\n",
  "'; DROP TABLE messages; --",
  "<script>",
];

/** A source of choices. */
export class RandomInputs {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A whole number from 0 up to but not `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  /** True in one of `n` cases. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  /** One of a list. */
  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Up to `most` bytes of anything. */
  bytes(most: number): Uint8Array {
    return Uint8Array.from(
      { length: this.below(most + 1) },
      () => this.below(256),
    );
  }

  /** Something nasty. */
  nasty(): string {
    return this.pick(NASTY);
  }

  /** Text with some of it left out, doubled, swapped or replaced. */
  mutate(text: string): string {
    let mutated = text;
    for (let times = 1 + this.below(3); times > 0; times--) {
      const at = this.below(mutated.length + 1);
      const to = Math.min(at + 1 + this.below(8), mutated.length);
      const [head, part, tail] = [
        mutated.slice(0, at),
        mutated.slice(at, to),
        mutated.slice(to),
      ];
      mutated = this.pick([
        () => head + tail,
        () => head + part + part + tail,
        () => head + this.nasty() + tail,
        () => head + String.fromCharCode(this.below(0x10000)) + tail,
        () => tail + head,
        () => head,
      ])();
    }
    return mutated;
  }
}
