/**
 * Readable names for whoever asks for none. Pure: the randomness is passed in.
 */

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
  return taken(name) ? numbered(name, taken) : name;
}

/**
 * A free name like one that is taken.
 *
 * @param name A valid name.
 * @param taken Whether somebody has a name.
 * @returns The first of {@linkcode similar} that is free.
 */
export function numbered(
  name: string,
  taken: (name: string) => boolean,
): string {
  for (const other of similar(name)) if (!taken(other)) return other;
  throw new Error("Numbers have come to an end");
}

/**
 * Names like a name: with the numbers from 2 on, shortened where they would
 * become too long. There is no end of them.
 *
 * @param name A valid name.
 */
export function* similar(name: string): Generator<string> {
  for (let n = 2;; n++) {
    const suffix = ` ${n}`;
    const stem = [...name].slice(0, 32 - suffix.length).join("").trimEnd();
    yield stem + suffix;
  }
}
