/** The words of the chat page, in the reader's language. */

import { chat, errors as english } from "./en.ts";
import type { ErrorWords } from "./errors.ts";
import { catalogue } from "./page_language.ts";

/** All words of the chat page. During an upgrade, a new entry may be missing in
 * the words of another language: then it is English. */
export const words: typeof chat = { ...chat, ...catalogue?.chat };

/** Words for errors, by their code. */
export const errors: ErrorWords = catalogue?.errors ?? english;
