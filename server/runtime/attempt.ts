/** Calls that may throw before they return their promise. */

/**
 * Calls a function, and also rejects if it throws synchronously, so that
 * callers handle one kind of failure.
 *
 * @param act The function.
 * @returns Its result.
 */
export async function attempt<T>(act: () => T | Promise<T>): Promise<T> {
  return await act();
}
