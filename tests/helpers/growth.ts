/** Checks that work takes linear time. */

import { assert } from "@std/assert";

/**
 * Fails if eight times the work takes far more than eight times as long. Both are
 * measured in the same run, each as the minimum of several tries, because other
 * load on the machine only adds time.
 *
 * @param name Name of the work in the failure message.
 * @param make Returns the work of that multiple of the smallest size.
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
  let [short, long] = [0, 0];
  // Other load on the machine hits the longer work more often. What is
  // quadratic fails every time.
  for (let attempt = 0; attempt < 4; attempt++) {
    short = time(make(1));
    long = time(make(8));
    // Quadratic would be 64 times as long; 10 ms are for noise.
    if (long < short * 24 + 10) return;
  }
  assert(false, `${name}: ${short} ms, then ${long} ms`);
}
