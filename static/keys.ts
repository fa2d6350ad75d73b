/** Shared by the key handlers of all pages. */

/** The fields of a key event that show that a character is being composed. */
export interface ComposingKey {
  readonly isComposing?: boolean;
  readonly keyCode?: number;
}

/** The key code of a key that an input method handles (UI Events, 7.3.1). */
const COMPOSED = 229;

/**
 * Returns whether an input method, such as for Japanese or Chinese, handles a
 * key: the page must ignore it. Safari shows this by the key code alone.
 *
 * @param event The key.
 */
export function composes({ isComposing, keyCode }: ComposingKey): boolean {
  return isComposing === true || keyCode === COMPOSED;
}
