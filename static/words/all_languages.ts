/** The words of every language, for the server, which renders pages for all
 * readers. */

import * as de from "./de.ts";
import * as en from "./en.ts";
import type { Language } from "./languages.ts";

/** All words by language. */
export const CATALOGUES: Readonly<Record<Language, typeof en>> = { en, de };
