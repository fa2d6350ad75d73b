/** The newest message of a room in one line, for lists of rooms. */

import { removalWords } from "../model/chat_words.ts";
import { plainText } from "../model/format.ts";
import type { Preview } from "../model/room_directory.ts";
import { words } from "../../words/chat_catalogue.ts";
import { Words } from "./sentence.tsx";

/** The sender, and the start of the text. */
export function LastMessage({ last }: { last: Preview }) {
  const { from, text, removed, removes } = last;
  if (removes !== undefined) return <>{removalWords(last)}</>;
  return (
    <>
      <Words sentence={[{ name: from }]} />
      {": "}
      {removed ? words.messageRemoved : <bdi>{plainText(text)}</bdi>}
    </>
  );
}
