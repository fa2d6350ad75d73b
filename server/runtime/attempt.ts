/** Calls that may throw before they return their promise. */

/**
 * Calls something, and rejects also when it throws at once: callers handle one
 * kind of failure.
 *
 * @param act What to call.
 * @returns What it returns.
 */
export async function attempt<T>(act: () => T | Promise<T>): Promise<T> {
  return await act();
}
