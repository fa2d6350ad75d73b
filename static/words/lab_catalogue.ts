/** The words of the lab page, in the reader's language. */

import { lab, snippets as english } from "./en.ts";
import { catalogue } from "./page_language.ts";

/** All words of the lab page. During an upgrade, a new entry may be missing in
 * the words of another language: then it is English. */
export const words: typeof lab = { ...lab, ...catalogue?.lab };

/** The languages of sample code. */
export const snippets: typeof english = { ...english, ...catalogue?.snippets };
