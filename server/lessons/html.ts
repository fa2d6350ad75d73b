/** HTML that is safe by construction: inserted values are escaped. */

import { escape } from "@std/html/entities";

/** A piece of HTML; only {@linkcode html} creates one. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** Values allowed in a template; undefined and false insert nothing. */
export type HtmlValue =
  | string
  | number
  | Html
  | readonly Html[]
  | undefined
  | false;

function escaped(value: HtmlValue): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Html) return value.toString();
  if (typeof value === "object") return value.join("");
  return escape(String(value));
}

/**
 * Template tag for HTML.
 *
 * @param strings The markup, not escaped.
 * @param values Text and quoted attribute values are escaped; HTML is not.
 * @returns The HTML.
 */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly HtmlValue[]
): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(escaped)));
}
