/** Sentences with parts that are not words of the page. */

/** A part of a sentence: words of the page, a name of a person or a room, or a
 * link. The view draws a name apart from the words, so that it cannot be read as
 * one of them and keeps its own direction. */
export type Part =
  | string
  | { readonly name: string }
  | { readonly room: string }
  | { readonly link: "lessons" | "lab"; readonly text: string };

/** A sentence in parts. */
export type Sentence = readonly Part[];
