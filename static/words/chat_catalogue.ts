/** The words of the chat page, in the reader's language. */

import { chat } from "./en.ts";
import { catalogue } from "./page_language.ts";

/** All words of the chat page. During an upgrade, a new entry may be missing in
 * the words of another language: then it is English. */
export const words: typeof chat = { ...chat, ...catalogue?.chat };
