/** Numbers, plurals and lists in one language. Pure. */

import { browserLanguages } from "./languages.ts";
import type { Sentence } from "./sentences.ts";

/** The forms of a noun for the plural categories of a language. */
export type PluralForms =
  & { readonly other: string }
  & Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>;

/** Formats for the words of one language. */
export interface Formats {
  /** Returns a number, such as `1,234`. */
  number(value: number): string;
  /** Returns the form of a word that fits a number. */
  plural(count: number, forms: PluralForms): string;
  /** Returns a number and the form of a noun that fits, such as `2 rooms`. */
  counted(count: number, forms: PluralForms): string;
  /**
   * Returns a list of names, such as `Ada, Bob and 3 others`.
   *
   * @param names The names to list.
   * @param others What ends the list instead of a name.
   */
  list(names: readonly string[], others?: string): Sentence;
}

/**
 * Returns the tag by which to format in a language: the reader's own tag for
 * it, such as `de-AT`, or the language itself.
 */
export function localeOf(language: string): string {
  const own = browserLanguages().find((tag) =>
    tag.toLowerCase().split("-")[0] === language
  );
  return own ?? language;
}

/**
 * Returns the formats of a language.
 *
 * @param language Such as `de`.
 */
export function formats(language: string): Formats {
  const locale = localeOf(language);
  const numbers = new Intl.NumberFormat(locale);
  const rules = new Intl.PluralRules(locale);
  const lists = new Intl.ListFormat(locale, { type: "conjunction" });
  const plural = (count: number, forms: PluralForms) =>
    forms[rules.select(count)] ?? forms.other;
  return {
    number: (value) => numbers.format(value),
    plural,
    counted: (count, forms) =>
      `${numbers.format(count)} ${plural(count, forms)}`,
    list(names, others) {
      const items = others === undefined ? names : [...names, others];
      let index = 0;
      return lists.formatToParts(items).map(({ type, value }) =>
        type === "element" && index++ < names.length ? { name: value } : value
      );
    },
  };
}
