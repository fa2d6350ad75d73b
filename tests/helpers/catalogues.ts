/** The words of the pages, as entries by their path. */

import * as german from "../../static/words/de.ts";
import * as english from "../../static/words/en.ts";

/** Returns the entries of a language, by paths such as `chat.join`. */
export function entriesOf(value: unknown, path = ""): [string, unknown][] {
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) =>
      entriesOf(inner, path === "" ? key : `${path}.${key}`)
    )
    : [[path, value]];
}

function textsOf(words: object): ReadonlyMap<string, string> {
  return new Map(
    entriesOf({ ...words })
      .filter((entry): entry is [string, string] =>
        typeof entry[1] === "string"
      ),
  );
}

/** The entries without values, in English. */
export const en = textsOf(english);

/** The entries without values, in German. */
export const de = textsOf(german);
