/** The words of the chat page, in the reader's language. */

import { chat, errors as english } from "./en.ts";
import type { ErrorWords } from "./errors.ts";
import { catalogue } from "./page_language.ts";

/** All words of the chat page. */
export const words: typeof chat = catalogue?.chat ?? chat;

/** Words for errors, by their code. */
export const errors: ErrorWords = catalogue?.errors ?? english;
