/** A sentence of ours with names in it, which are drawn apart: bold, each with
 * a direction of its own, and in quotation marks if they read like words. */

import { nameInWords } from "../../../protocol/text.ts";
import type { Sentence } from "../model/chat_words.ts";

/** The sentence, for within a line. Parts never change places. */
export function Words({ sentence }: { sentence: Sentence }) {
  return (
    <>
      {sentence.map((part, index) =>
        typeof part === "string"
          ? part
          : <bdi key={index} class="person">{nameInWords(part.name)}</bdi>
      )}
    </>
  );
}
