/** The words of the lab page, in the reader's language. */

import { lab, snippets as english } from "./en.ts";
import { catalogue } from "./page_language.ts";

/** All words of the lab page. */
export const words: typeof lab = catalogue?.lab ?? lab;

/** The languages of sample code. */
export const snippets: typeof english = catalogue?.snippets ?? english;
