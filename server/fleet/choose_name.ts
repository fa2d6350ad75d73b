/**
 * Chooses a free name by asking the engine for several candidates at a time.
 */

import { HubbubError } from "../../protocol/errors.ts";
import { checkName } from "../../protocol/names.ts";
import { nickname, numbered, similar } from "./nicknames.ts";
import { nameTaken } from "./single_node.ts";
import type { Choice, Taken } from "./engine.ts";

/** Candidates per step: enough for one to be free, however many similar names
 * are in use (nicknames.ts). */
const TRIES = 20;

/** A requested name. */
export interface Wish {
  /** The requested name, not validated; undefined for any. */
  readonly wanted: string | undefined;
  /** Base of a generated name; a nickname by default. */
  readonly fallback?: string | undefined;
  /**
   * Returns whether a name looks like another one that this node knows to be in
   * use permanently: a signed name, whose holder keeps it. The engine knows
   * those of other nodes.
   */
  readonly alike?: ((name: string) => boolean) | undefined;
  /** Whether a signed token states the name: a similar one is acceptable. */
  readonly signed?: boolean | undefined;
  /** Whether only this name is acceptable. */
  readonly only?: boolean | undefined;
  /** The same person's guest, if any, who gives the name up. */
  readonly yielding?: string | undefined;
}

/**
 * Chooses an available name.
 *
 * @param wish The request.
 * @param ask Asks the engine for one of several names; its result is returned.
 * @param random Random numbers from 0 up to 1.
 * @throws {HubbubError} `bad_name`, or `name_taken` with a free suggestion.
 */
export async function chooseName<T extends object>(
  { wanted, fallback, alike = () => false, ...wish }: Wish,
  ask: (choice: Choice) => Promise<T | Taken>,
  random: () => number,
): Promise<T> {
  const { signed = false, only = false, yielding } = wish;
  const any = wanted === undefined || (signed && !only);
  const [name, wrong, like = name] = wanted === undefined
    ? [fallback ?? nickname(() => false, random)]
    : instead(checked(wanted, alike, random), any);
  const more = similar(like, random);
  let names = [name];
  while (true) {
    while (names.length < TRIES) names.push(more.next().value);
    const answer = await ask({
      names: wrong === undefined ? names : [],
      any,
      ...(signed && { signed }),
      ...(yielding !== undefined && { yielding }),
    });
    if (!("taken" in answer)) return answer;
    if (wrong !== undefined) throw wrong;
    if (answer.taken !== undefined) throw nameTaken(name, answer.taken);
    names = wanted === undefined ? [] : [name];
  }
}

/** A signed name that looks like another one is replaced by one like it. */
function instead(
  [name, wrong]: ReturnType<typeof checked>,
  any: boolean,
): [name: string, wrong?: HubbubError | undefined, like?: string] {
  const free = any ? wrong?.details.suggestion : undefined;
  if (free !== undefined) return [free, undefined, name];
  return wrong === undefined ? [name] : [name, wrong];
}

/** A name as it is shown, and what is wrong with it. */
function checked(
  wanted: string,
  alike: (name: string) => boolean,
  random: () => number,
): [name: string, wrong?: HubbubError] {
  try {
    const name = checkName(wanted);
    if (!alike(name)) return [name];
    return [name, nameTaken(name, numbered(name, alike, random))];
  } catch (error) {
    if (error instanceof HubbubError) return [wanted, error];
    throw error;
  }
}
