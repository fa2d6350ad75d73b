/** The languages of the pages, and which of them a reader gets. Pure. */

/** All languages, as in BCP 47. Each has a file of its words in this folder,
 * such as `de.ts`; English is the default. */
export const LANGUAGES = ["en", "de"] as const;

/** One of the languages. */
export type Language = typeof LANGUAGES[number];

/**
 * Returns the first language of a reader that the pages have.
 *
 * @param wanted Language tags such as `de-AT`, the preferred one first.
 * @returns English if there is none.
 */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const [language = ""] = tag.toLowerCase().split("-");
    const found = LANGUAGES.find((known) => known === language);
    if (found !== undefined) return found;
  }
  return "en";
}

/**
 * Returns the languages that the browser's user prefers.
 *
 * @returns Tags, the preferred one first; none outside of a browser.
 */
export function browserLanguages(): readonly string[] {
  return "document" in globalThis || "clients" in globalThis
    ? navigator.languages
    : [];
}
