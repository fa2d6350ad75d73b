/**
 * Loads the words of the reader's language before a page draws anything. English
 * is part of every bundle; another language is one more file, which only its
 * readers load. Modules that import this one wait for it.
 */

import { formats, localeOf } from "./formats.ts";
import {
  browserLanguages,
  chooseLanguage,
  type Language,
} from "./languages.ts";

/** All words of a language, as in `en.ts`. */
export type Catalogue = typeof import("./en.ts");

const wanted = chooseLanguage(browserLanguages());

/** The builds that the server writes into the files. */
interface Builds {
  readonly hubbubBuild?: string;
  readonly hubbubWordsBuild?: string;
}

/** Returns the words; undefined for English, and if they cannot be loaded or are
 * of another build, whose entries may differ. */
async function load(): Promise<Catalogue | undefined> {
  if (wanted === "en") return undefined;
  try {
    // A bundle beside this one.
    const words = await import(new URL(`${wanted}.js`, import.meta.url).href);
    const { hubbubBuild, hubbubWordsBuild } = globalThis as Builds;
    return hubbubWordsBuild === hubbubBuild ? words : undefined;
  } catch {
    return undefined;
  }
}

/** The words of the page; undefined for English. */
export const catalogue: Catalogue | undefined = await load();

/** The language of the page. */
export const language: Language = catalogue === undefined ? "en" : wanted;

/** The tag by which the page formats numbers and lists, such as `de-AT`. */
export const locale: string = localeOf(language);

/** The tag by which the page formats dates: that of the page's language, or the
 * browser's own where the pages do not have the reader's language. */
export const dateLocale: string | undefined =
  browserLanguages().includes(locale) ? locale : undefined;

const { number: inLanguage } = formats(language);

/** Returns a number in the page's language, such as `1,234`. */
export const number: (value: number) => string = inLanguage;

/** Returns a number with so many decimals, and without separators. */
export function decimal(value: number, digits: number): string {
  return value.toLocaleString(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: false,
  });
}

// Tests without a page have none.
const { document } = globalThis as unknown as {
  document?: { documentElement: { lang: string } };
};
if (document !== undefined) document.documentElement.lang = language;
