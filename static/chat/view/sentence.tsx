/** A sentence of ours with names in it, which are drawn apart: bold, each with
 * a direction of its own, and in quotation marks if they read like words. */

import { nameWords } from "../model/chat_words.ts";
import { BASE } from "../../base_path.ts";
import type { Part, Sentence } from "../../words/sentences.ts";

/** The sentence, for within a line. Parts never change places. */
export function Words({ sentence }: { sentence: Sentence }) {
  return <>{sentence.map(drawn)}</>;
}

function drawn(part: Part, index: number) {
  if (typeof part === "string") return part;
  if ("link" in part) {
    return <a key={index} href={`${BASE}${part.link}`}>{part.text}</a>;
  }
  if ("room" in part) {
    return <bdi key={index} class="room-name">{part.room}</bdi>;
  }
  return <bdi key={index} class="person">{nameWords(part.name)}</bdi>;
}
