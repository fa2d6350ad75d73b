/** The language of a response that has words for a reader. */

import { acceptsLanguages } from "@std/http/negotiation";
import { chooseLanguage, type Language } from "../../static/words/languages.ts";

/** The longest header that is read. */
const MOST_BYTES = 1_000;

/**
 * Returns the language that a request prefers (RFC 9110, 12.5.4).
 *
 * @param request Its `Accept-Language` counts.
 * @returns English if the pages have none of its languages.
 */
export function languageOf(request: Request): Language {
  const header = request.headers.get("accept-language") ?? "";
  if (header === "" || header.length > MOST_BYTES) return "en";
  return chooseLanguage(acceptsLanguages(request));
}

/**
 * Answers in the language that a request prefers.
 *
 * @param request The request.
 * @param answer Makes the response, with headers that name the language and
 * have caches keep one response for each.
 */
export function inLanguage<T>(
  request: Request,
  answer: (
    language: Language,
    headers: Readonly<Record<string, string>>,
  ) => T,
): T {
  const language = languageOf(request);
  return answer(language, {
    "content-language": language,
    "vary": "accept-language",
  });
}
