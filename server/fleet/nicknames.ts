/** Generates readable names. Pure: randomness is passed in. */

const FIRST = "Amber Brave Bright Calm Clever Coral Crisp Dapper Eager Early " +
  "Fair Gentle Golden Happy Humble Indigo Jolly Keen Kind Lively Lucky Mellow " +
  "Merry Misty Nimble Noble Olive Patient Polite Proud Quick Quiet Ruby Silver " +
  "Snowy Sunny Swift Tidy Warm Witty";
const SECOND =
  "Badger Beaver Bison Crane Deer Dolphin Eagle Falcon Finch Fox " +
  "Gecko Hare Heron Ibex Jackdaw Koala Lark Lemur Lynx Marten Mole Moose Newt " +
  "Otter Owl Panda Pika Plover Puffin Quail Raven Robin Seal Sparrow Stork Swan " +
  "Tern Toad Wren Yak";

const first = FIRST.split(" ");
const second = SECOND.split(" ");

function pick(words: readonly string[], random: () => number): string {
  return words[Math.floor(random() * words.length)] ?? "";
}

/**
 * A readable name nobody has.
 *
 * @param taken Whether somebody has a name.
 * @param random Numbers from 0 up to 1.
 * @returns Such as `Quiet Otter`, with a number once these become rare.
 */
export function nickname(
  taken: (name: string) => boolean,
  random: () => number,
): string {
  const name = `${pick(first, random)} ${pick(second, random)}`;
  return taken(name) ? numbered(name, taken, random) : name;
}

/**
 * A free name like one that is taken.
 *
 * @param name A valid name.
 * @param taken Whether somebody has a name.
 * @param random Numbers from 0 up to 1.
 * @returns The first of {@linkcode similar} that is free: however many have
 * such names, some twenty are looked at.
 */
export function numbered(
  name: string,
  taken: (name: string) => boolean,
  random: () => number,
): string {
  for (const other of similar(name, random)) if (!taken(other)) return other;
  throw new Error("Numbers have come to an end");
}

/** Up to here every number is tried, so that a few who share a name have small
 * ones. */
const IN_ORDER = 9;
/** Numbers that are tried of each length beyond. */
const TRIES = 3;
/** The longest numbers. */
const MOST_DIGITS = 12;

/**
 * Names like a name: with the numbers from 2 to 9, then with longer and longer
 * ones that the dice give, shortened where they would become too long. Of those
 * who have such names, most must have numbers shorter than some length: so one
 * of a few tries is free, whichever numbers are taken. There is no end of them.
 *
 * @param name A valid name.
 * @param random Numbers from 0 up to 1.
 */
export function* similar(
  name: string,
  random: () => number,
): Generator<string> {
  for (let n = 2; n <= IN_ORDER; n++) yield withNumber(name, n);
  for (let digits = 2; digits <= MOST_DIGITS; digits++) {
    const least = 10 ** (digits - 1);
    for (let tries = 0; tries < TRIES; tries++) {
      yield withNumber(name, least + Math.floor(random() * 9 * least));
    }
  }
  // For dice that always show the same.
  for (let n = IN_ORDER + 1;; n++) yield withNumber(name, n);
}

function withNumber(name: string, n: number): string {
  const suffix = ` ${n}`;
  return [...name].slice(0, 32 - suffix.length).join("").trimEnd() + suffix;
}
