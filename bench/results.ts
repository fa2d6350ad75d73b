/**
 * What was measured, and the arithmetic on it: medians over the rounds, and
 * medians of the ratios within a round, where both sides met the same machine.
 */

/** Figures of one side in one round, by name. NaN where one is not known. */
export type Measures = Readonly<Record<string, number>>;

/** One measurement. */
export interface Sample {
  /** Such as `fanout 1000x64`. */
  readonly name: string;
  /** Such as `hubbub`. */
  readonly side: string;
  readonly round: number;
  readonly measures: Measures;
}

/** Which figure of which side. */
export interface Figure {
  readonly name: string;
  readonly side: string;
  readonly measure: string;
}

/** The middle of some numbers; NaN of none. NaNs among them do not count. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.filter((n) => !Number.isNaN(n)).sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)] ?? NaN
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** The samples of one run. */
export class Results {
  readonly samples: Sample[] = [];

  add(sample: Sample): void {
    this.samples.push(sample);
  }

  /** The median of a figure over the rounds. */
  median(figure: Figure): number {
    return median([...this.#rounds(figure).values()]);
  }

  /** The median of the rounds' ratios of one figure to another. */
  ratio(figure: Figure, to: Figure): number {
    const below = this.#rounds(to);
    return median(
      Array.from(
        this.#rounds(figure),
        ([round, value]) => value / (below.get(round) ?? NaN),
      ),
    );
  }

  #rounds({ name, side, measure }: Figure): Map<number, number> {
    return new Map(
      this.samples
        .filter((sample) => sample.name === name && sample.side === side)
        .map(({ round, measures }) => [round, measures[measure] ?? NaN]),
    );
  }
}
