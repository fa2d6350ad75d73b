/**
 * Errors as text for the log: the chain of causes is part of it, since the
 * outermost error often says only what could not be done.
 */

/** Causes that are followed: more than any error of this server has. */
const MOST_CAUSES = 5;

/** Returns an error's stack, and below it a line for each of its causes. */
export function errorText(error: Error): string {
  const [, ...causes] = chainOf(error);
  return [
    error.stack ?? title(error),
    ...causes.map((cause) => `Caused by: ${title(cause)}`),
  ].join("\n");
}

/** Returns an error and its causes without stacks, in one line: equal for two
 * errors that have the same reason. */
export function errorReason(error: unknown): string {
  return chainOf(error).map(title).join("; caused by: ");
}

/** Returns an error, its cause, the cause of that, and so on. */
function chainOf(error: unknown): unknown[] {
  const chain = [error];
  while (chain.length <= MOST_CAUSES) {
    const last = chain.at(-1);
    // Node joins the failures of several addresses in one that says nothing.
    const next = last instanceof AggregateError
      ? last.errors[0]
      : last instanceof Error
      ? last.cause
      : undefined;
    if (next === undefined || next === null || chain.includes(next)) break;
    chain.push(next);
  }
  return chain;
}

function title(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`
    : String(error);
}
