/** For what succeeds in the end. */

/** Does something again until it succeeds, as a client would. */
export async function insist<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await act();
    } catch (error) {
      if (tries === 500) throw error;
      await new Promise((again) => setTimeout(again, 20));
    }
  }
}
