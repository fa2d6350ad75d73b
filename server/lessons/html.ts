/** HTML that is safe by construction: whatever is put into it gets escaped. */

import { escape } from "@std/html/entities";

/** A piece of HTML. Made by {@linkcode html} alone. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What can be put into a template; undefined and false are nothing. */
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
 * A template tag for HTML.
 *
 * @param strings The markup, taken as it is.
 * @param values What stands in between: text and attribute values (between
 * quotes) are escaped, HTML is taken as it is.
 * @returns The whole, as HTML.
 */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly HtmlValue[]
): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(escaped)));
}
