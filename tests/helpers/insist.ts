/** For what succeeds in the end. */

/** Tries before it is given up, a minute's worth at least: what fails by then
 * does not only take long. */
const MOST_TRIES = 3_000;

/** Does something again until it succeeds, as a client would. */
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
