/**
 * Control characters: characters of a text that control a terminal, end a line
 * or change the direction of the text around them. Pure.
 */

/** C0, DEL and C1 controls, U+2028 and U+2029, and the controls of UAX #9. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Returns whether a text has a control character. */
export function hasControls(text: string): boolean {
  return text.search(CONTROLS) >= 0;
}

/** Escapes all control characters of a text as JSON strings do, such as `\n` and
 * `\u202e`. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (sign) => {
    const json = JSON.stringify(sign).slice(1, -1);
    return json === sign
      ? `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`
      : json;
  });
}
