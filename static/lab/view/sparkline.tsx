/** A small plot of the newest values, the last one marked. */

interface Props {
  readonly values: readonly number[];
  /** What it shows, in words. */
  readonly label: string;
}

const WIDTH = 120;
const HEIGHT = 24;
const EDGE = 3;

/** The plot; from nothing to the highest value. */
export function Sparkline({ values, label }: Props) {
  const highest = Math.max(...values, Number.MIN_VALUE);
  const step = (WIDTH - 2 * EDGE) / Math.max(1, values.length - 1);
  const points = values.map((value, index) => ({
    x: EDGE + index * step,
    y: HEIGHT - EDGE - value / highest * (HEIGHT - 2 * EDGE),
  }));
  const last = points.at(-1);
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path class="ground" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
      {points.length > 1 && (
        <polyline points={points.map(({ x, y }) => `${x},${y}`).join(" ")} />
      )}
      {last !== undefined && (
        // A line of no length: a circle would be drawn out with the plot.
        <path class="last" d={`M${last.x} ${last.y}h0`} />
      )}
    </svg>
  );
}
