/**
 * Names that look like names of people who are present (UTS #39, mixed-script
 * confusables). Owns which names there are; whether two are the same is
 * `nameKey()`'s to say.
 */

import TABLE from "unhomoglyph/data.json" with { type: "json" };
import { normalized } from "../../protocol/bounds.ts";
import { MAX_NAME, nameKey, SERVER_NAME } from "../../protocol/names.ts";

/** Unicode's confusables.txt: characters, and what they look like. */
const LOOKS: Readonly<Record<string, string>> = TABLE;
// deno-lint-ignore no-control-regex -- all of ASCII, as it is
const ASCII = /^[\x00-\x7F]+$/;

/**
 * What a name looks like to who reads Latin letters: letters of other alphabets
 * that look like ASCII are taken for it. Letters of ASCII stay what they are: a
 * reader can tell `rn` from `m` better than there would be names left.
 *
 * @param name A valid name.
 * @returns Only for comparing.
 */
export function lookOf(name: string): string {
  // A valid name is never overlong.
  const whole = normalized(name, "NFKC", MAX_NAME) ?? name;
  const letters = Array.from(whole, (letter) => {
    if (ASCII.test(letter)) return letter;
    const look = LOOKS[letter] ?? letter;
    return ASCII.test(look) ? look : letter;
  });
  return nameKey(letters.join(""));
}

/** The names that are held, by what they look like. */
export class Lookalikes {
  /** By look, how often each name's key is held. */
  readonly #byLook = new Map<string, Map<string, number>>();

  constructor() {
    this.add(SERVER_NAME);
  }

  /** Somebody holds a name. */
  add(name: string): void {
    const look = lookOf(name);
    const keys = this.#byLook.get(look) ?? new Map<string, number>();
    this.#byLook.set(look, keys);
    const key = nameKey(name);
    keys.set(key, (keys.get(key) ?? 0) + 1);
  }

  /** Somebody holds it no longer; called as often as {@linkcode add}. */
  delete(name: string): void {
    const look = lookOf(name);
    const keys = this.#byLook.get(look);
    const key = nameKey(name);
    const left = (keys?.get(key) ?? 0) - 1;
    if (left > 0) keys?.set(key, left);
    else keys?.delete(key);
    if (keys?.size === 0) this.#byLook.delete(look);
  }

  /**
   * Whether a name looks like another one that is held.
   *
   * @param name A valid name.
   * @param own What the one who asks is called, if that is known: nobody passes
   * for oneself.
   * @returns False when the name itself is held, which others find out.
   */
  has(name: string, own?: string): boolean {
    const keys = this.#byLook.get(lookOf(name));
    if (keys === undefined) return false;
    const free = [nameKey(name), ...(own === undefined ? [] : [nameKey(own)])];
    return keys.keys().some((key) => !free.includes(key));
  }
}
