/** What the pages' key handlers share. */

/** What of a key event tells that a character is being composed. */
export interface ComposingKey {
  readonly isComposing?: boolean;
  readonly keyCode?: number;
}

/** The key code of a key that an input method takes (UI Events, 7.3.1). */
const TAKEN = 229;

/**
 * Returns whether a key belongs to an input method, as of Japanese or Chinese:
 * it ends the composing of a character and must do nothing else. Safari says so
 * by the key code alone.
 *
 * @param event The key.
 */
export function composes({ isComposing, keyCode }: ComposingKey): boolean {
  return isComposing === true || keyCode === TAKEN;
}
