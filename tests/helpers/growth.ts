/** Whether work takes a time that grows with its size, and no faster. */

import { assert } from "@std/assert";

/**
 * Fails when eight times the work takes far more than eight times as long. Both
 * are timed on the same machine in the same moment, each as the least of some
 * tries: whatever else the machine does makes it more.
 *
 * @param name What is told when it fails.
 * @param make Makes the work of that many times the smallest size.
 */
export function assertGrowsLinearly(
  name: string,
  make: (times: number) => () => unknown,
): void {
  const time = (work: () => unknown) =>
    Math.min(...Array.from({ length: 8 }, () => {
      const start = performance.now();
      for (let i = 0; i < 5; i++) work();
      return performance.now() - start;
    }));
  time(make(1));
  const short = time(make(1));
  const long = time(make(8));
  // Quadratic would be 64 times as long; 10 ms are for noise.
  assert(long < short * 24 + 10, `${name}: ${short} ms, then ${long} ms`);
}
