/** Retries in tests. */

/** Maximum attempts: at least a minute, so that slowness alone does not fail. */
const MOST_TRIES = 3_000;

/** Repeats something until it succeeds, as a client would. */
export async function insist<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await act();
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      await new Promise((again) => setTimeout(again, 20));
    }
  }
}
