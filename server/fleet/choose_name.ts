/** Finding somebody a name, by asking the engine for some at a time. */

import { HubbubError } from "../../protocol/errors.ts";
import { checkName } from "../../protocol/names.ts";
import { nickname, numbered, similar } from "./nicknames.ts";
import { nameTaken } from "./single_node.ts";
import type { Choice, Taken } from "./engine.ts";

/** Names that are tried in one step: enough for one to be free, however many
 * have such names (nicknames.ts). */
const TRIES = 20;

/** What somebody wants to be called. */
export interface Wish {
  /** The name, as it was asked for; undefined for any. */
  readonly wanted: string | undefined;
  /** What any name is like; a nickname if there is none. */
  readonly fallback?: string | undefined;
  /** Whether a name looks like another one that this node knows to be held, and
   * stays so: of a signed one, whose holder does not give way to it. The engine
   * knows those of the other nodes. */
  readonly alike?: ((name: string) => boolean) | undefined;
  /** Whether a signed token states it: one like it will do then. */
  readonly signed?: boolean | undefined;
  /** Whether no other name will do all the same. */
  readonly only?: boolean | undefined;
  /** The guest of the same person, if there is one: it gives way. */
  readonly yielding?: string | undefined;
}

/**
 * Finds a name that can be had.
 *
 * @param wish What is wanted.
 * @param ask Asks the engine for one of some names; whatever that makes of it
 * is what comes of all this.
 * @param random Numbers from 0 up to 1, for names.
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
