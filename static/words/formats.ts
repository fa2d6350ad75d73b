/** Numbers, plurals and lists in one language. Pure. */

import { durationParts } from "../../protocol/duration.ts";
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
  /** Returns a duration, such as `10 minutes`: rounded up, in one unit. */
  duration(ms: number): string;
  /**
   * Returns a list of names: three at most, or two and how many others there
   * are, such as `Ada, Bob and 3 others`.
   *
   * @param names At least one.
   * @param others The forms of "others".
   */
  some(names: readonly string[], others: PluralForms): Sentence;
}

/** Most names that a list has. */
const MOST_NAMES = 3;

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
  const counted = (count: number, forms: PluralForms) =>
    `${numbers.format(count)} ${plural(count, forms)}`;
  return {
    number: (value) => numbers.format(value),
    plural,
    counted,
    duration(ms) {
      const [count, unit] = durationParts(ms);
      return new Intl.NumberFormat(locale, {
        style: "unit",
        unit,
        unitDisplay: "long",
      }).format(count);
    },
    some(names, others) {
      const isLong = names.length > MOST_NAMES;
      const shown = isLong ? names.slice(0, MOST_NAMES - 1) : names;
      const more = names.length - shown.length;
      const items = isLong ? [...shown, counted(more, others)] : shown;
      let index = 0;
      return lists.formatToParts(items).map(({ type, value }) =>
        type === "element" && index++ < shown.length ? { name: value } : value
      );
    },
  };
}
