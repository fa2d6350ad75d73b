/**
 * The texts that the soak sends: each says who wrote it, its number and its own
 * length, so that every one is unique and damage shows. Pure.
 */

/**
 * Writes the text with a number.
 *
 * @param author Id of the sender, without dots.
 * @param number Its number among the author's.
 * @param length Length in characters; the head is never shortened.
 */
export function writeText(
  author: string,
  number: number,
  length: number,
): string {
  return `${author}.${number}.${length} `.padEnd(length, "x");
}

/**
 * Takes the unique head off a text.
 *
 * @param text What a reader got.
 * @returns The head; or, when the text is not as it was written, what is there
 * instead, which no head is equal to.
 */
export function tokenOf(text: string): string {
  const token = text.slice(0, text.indexOf(" "));
  const [author = "", number, length] = token.split(".");
  const written = writeText(author, Number(number), Number(length));
  return written === text ? token : `damaged: ${text.slice(0, 60)}`;
}

/**
 * Returns the author of a text.
 *
 * @param token The head of a text.
 */
export function authorOf(token: string): string {
  return token.slice(0, token.indexOf("."));
}
