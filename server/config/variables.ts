/**
 * Environment variables that look like settings and are none: a mistyped one
 * would be a setting that silently does not hold. Pure.
 */

import { ConfigError } from "./parsers.ts";

/** All variables of this project begin with it, some others' too. */
const PREFIX = "HUBBUB_";
/** What Kubernetes sets for each service of a namespace, such as one called
 * hubbub or hubbub-redis
 * (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables). */
const OF_KUBERNETES =
  /^HUBBUB_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT|SERVICE_PORT_[A-Z0-9_]+|PORT|PORT_[0-9]+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)$/;

/**
 * Makes sure that every variable of this project is one that is known.
 *
 * @param names Of all variables that there are.
 * @param known Those that mean something.
 * @throws {ConfigError} With one line that says which one may be meant.
 */
export function checkVariables(
  names: readonly string[],
  known: readonly string[],
): void {
  const unknown = names.find((name) =>
    name.startsWith(PREFIX) && !known.includes(name) && !isOfKubernetes(name)
  );
  if (unknown === undefined) return;
  throw new ConfigError(
    `Unknown variable ${unknown}.${
      meant(unknown, known)
    } --help lists them all`,
  );
}

function isOfKubernetes(name: string): boolean {
  return name.length < 200 && OF_KUBERNETES.test(name);
}

/**
 * Asks whether a name was mistyped.
 *
 * @param wrong What was written.
 * @param known What could be meant.
 * @returns ` Did you mean …?` with the nearest name, or nothing where none is
 * near.
 */
export function meant(wrong: string, known: readonly string[]): string {
  const [nearest] = known
    .map((name) => ({ name, changes: distance(wrong, name) }))
    .filter(({ name, changes }) => changes <= name.length / 3)
    .toSorted((a, b) => a.changes - b.changes);
  return nearest === undefined ? "" : ` Did you mean ${nearest.name}?`;
}

/** How many letters differ (Levenshtein); names longer than 64 are not near. */
function distance(a: string, b: string): number {
  if (a.length > 64) return Infinity;
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      current.push(Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + same,
      ));
    }
    above = current;
  }
  return above[b.length] ?? Infinity;
}
