/** What stands between the messages: days, gaps, comings and goings. */

import type { Row } from "../model/timeline_rows.ts";
import { dayName } from "../model/times.ts";
import { words } from "../../words/chat_catalogue.ts";
import { movementWords } from "../model/chat_words.ts";
import { Words } from "./sentence.tsx";

/** Everything that is no message. */
export function TimelineNote({ row, now, room }: {
  row: Exclude<Row, { kind: "line" }>;
  now: number;
  room: string;
}) {
  switch (row.kind) {
    case "start":
      return (
        <li class="note">
          <Words sentence={words.beginningOf(room)} />
        </li>
      );
    case "gap":
      return <li class="gap">{words.noLongerKept(row.missed)}</li>;
    case "day":
      return (
        <li class="day">
          <span>{dayName(row.at, now)}</span>
        </li>
      );
    case "new":
      return (
        <li class="new">
          <span>{words.newLine}</span>
        </li>
      );
    case "remark":
      return (
        <li class="note" data-seq={row.seq} tabIndex={-1}>
          <bdi>{row.text}</bdi>
        </li>
      );
    case "note":
      return (
        <li class="note">
          {movementWords(row.movement).map((sentence, index) => (
            <>
              {index > 0 && " · "}
              <Words sentence={sentence} />
            </>
          ))}
        </li>
      );
  }
}
