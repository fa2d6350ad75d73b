/** The words of the lessons page's script, in the reader's language. */

import { lessonButtons } from "./en.ts";
import { catalogue } from "./page_language.ts";

/** All words of the script. During an upgrade, a new entry may be missing in the
 * words of another language: then it is English. */
export const words: typeof lessonButtons = {
  ...lessonButtons,
  ...catalogue?.lessonButtons,
};
