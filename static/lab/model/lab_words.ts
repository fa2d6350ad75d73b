/** The lab's sentences. Pure. */

import type { Connection } from "./connection_state.ts";
import { stateOf } from "./connection_state.ts";
import { durationWords, sizeWords } from "./bytes.ts";
import { words } from "../../words/lab_catalogue.ts";
import { number } from "../../words/page_language.ts";
import { type Flood, FRAME } from "./flood_size.ts";

/** What a close code stands for (RFC 6455, 7.4.1). */
function codeWords(code: number): string {
  const known = words.codes[code];
  if (known !== undefined) return known;
  if (code >= 4000 && code < 5000) return words.ownCode;
  return code >= 3000 ? words.registeredCode : words.reservedCode;
}

/** How a connection is, in a sentence. */
export function statusWords(connection: Connection): string {
  const { ending, path, protocol } = connection;
  switch (stateOf(connection)) {
    case undefined:
      return words.notConnected;
    case "CONNECTING":
      return words.connecting;
    case "OPEN":
      return words.open(protocol);
    case "CLOSING":
      return words.closing;
    case "CLOSED": {
      if (ending === undefined) return words.closed;
      const { code, reason, clean } = ending;
      const never = !path.some(({ state }) => state === "OPEN");
      const how = never ? words.neverOpened : words.closed;
      return [
        `${how}: ${code}`,
        codeWords(code),
        ...(reason === "" ? [] : [words.quoted(reason)]),
        ...(clean ? [] : [words.notClean]),
      ].join(", ");
    }
  }
}

/** The path a connection took, for those who do not see the diagram. */
export function pathWords({ path }: Connection): string {
  if (path.length === 0) return words.noConnection;
  const [first] = path;
  const steps = path.map(({ state, at }, index) =>
    index === 0 ? state : words.stateAfter(state, durationWords(at - first!.at))
  );
  return words.states(steps);
}

/** Frames and bytes. */
export function countWords(frames: number, size: string): string {
  return `${number(frames)} · ${size}`;
}

/** How far a flood got, in frames and bytes. */
export function floodWords({ sent, frames }: Flood): string {
  return words.floodSent(sent, frames, sizeWords(sent * FRAME));
}

/** The time of day with milliseconds, for rows that are close together. */
export function clockWords(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${
    two(date.getSeconds())
  }.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
