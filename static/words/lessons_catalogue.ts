/** The words of the lessons page's script, in the reader's language. */

import { lessonButtons } from "./en.ts";
import { catalogue } from "./page_language.ts";

/** All words of the script. */
export const words: typeof lessonButtons = catalogue?.lessonButtons ??
  lessonButtons;
