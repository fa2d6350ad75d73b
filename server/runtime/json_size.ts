/** How much text takes once it is written as JSON. Pure. */

/**
 * Counts the bytes of a text in JSON and UTF-8, without its quotes: most of
 * what people write takes one to three a character, a control character six.
 *
 * @param text Any; half a pair of surrogates counts two bytes.
 * @returns Bytes, exactly so for well-formed Unicode (RFC 8259, 7).
 */
export function jsonBytes(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    bytes += bytesOf(text.charCodeAt(i));
  }
  return bytes;
}

function bytesOf(unit: number): number {
  if (unit < 0x20) return unit >= 8 && unit <= 13 && unit !== 11 ? 2 : 6;
  if (unit === 0x22 || unit === 0x5c) return 2;
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  return unit >= 0xd800 && unit <= 0xdfff ? 2 : 3;
}
