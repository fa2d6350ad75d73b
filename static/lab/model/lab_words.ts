/** The lab's sentences. Pure. */

import type { Connection } from "./connection_state.ts";
import { stateOf } from "./connection_state.ts";
import { durationWords, sizeWords } from "./bytes.ts";
import { type Flood, FRAME } from "./flood_size.ts";

/** What close codes stand for (RFC 6455, 7.4.1). */
const CODES: Readonly<Record<number, string>> = {
  1000: "a normal end",
  1001: "somebody is going away",
  1002: "a broken rule of the protocol",
  1003: "data of a kind that is not taken",
  1005: "the close frame had no code",
  1006: "lost, or never made: no close frame came",
  1007: "text that is no UTF-8",
  1008: "against the other side's rules",
  1009: "a message that is too big",
  1010: "an extension is missing",
  1011: "the server broke",
  1012: "the server restarts",
  1013: "the server is too busy",
  1015: "TLS failed",
};

/** What a close code stands for. */
function codeWords(code: number): string {
  if (CODES[code] !== undefined) return CODES[code];
  if (code >= 4000 && code < 5000) return "a code of this server's own";
  return code >= 3000 ? "a registered code" : "a reserved code";
}

/** How a connection is, in a sentence. */
export function statusWords(connection: Connection): string {
  const { ending, path, protocol } = connection;
  switch (stateOf(connection)) {
    case undefined:
      return "Not connected yet";
    case "CONNECTING":
      return "Connecting…";
    case "OPEN":
      return protocol === "" ? "Open" : `Open, speaks ${protocol}`;
    case "CLOSING":
      return "Closing: waits for the other side";
    case "CLOSED": {
      if (ending === undefined) return "Closed";
      const { code, reason, clean } = ending;
      const never = !path.some(({ state }) => state === "OPEN");
      return `${never ? "Never opened" : "Closed"}: ${code}, ${
        codeWords(code)
      }${reason === "" ? "" : `, “${reason}”`}${clean ? "" : ", not clean"}`;
    }
  }
}

/** The path a connection took, for those who do not see the diagram. */
export function pathWords({ path }: Connection): string {
  if (path.length === 0) return "readyState: no connection yet";
  const [first] = path;
  const steps = path.map(({ state, at }, index) =>
    index === 0 ? state : `${state} after ${durationWords(at - first!.at)}`
  );
  return `readyState: ${steps.join(", then ")}`;
}

/** Frames and bytes. */
export function countWords(frames: number, size: string): string {
  return `${frames.toLocaleString("en")} · ${size}`;
}

/** How far a flood got, in frames and bytes. */
export function floodWords({ sent, frames }: Flood): string {
  return `${sent} of ${frames} frames · ${sizeWords(sent * FRAME)} sent`;
}

/** The time of day with milliseconds, for rows that are close together. */
export function clockWords(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${
    two(date.getSeconds())
  }.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
