/**
 * Dialect `simple`, for clients of five lines: a client's frame is the text of
 * a message; a server's frame is one JSON object with at least `sender` and
 * `message`.
 */

import type { Dialect } from "./dialect.ts";
import type { ServerEvent } from "./events.ts";
import { marksOf } from "./message.ts";
import { SERVER_NAME } from "./names.ts";
import { presenceChanges } from "./presence.ts";
import { list, REMOVED_WORDS, rulesWords, takenWords } from "./text.ts";

function object(sender: string, message: string, more: object): string {
  return JSON.stringify({ sender, message, ...more });
}

function fromServer(message: string, more: object): string {
  return object(SERVER_NAME, message, more);
}

function encode(event: ServerEvent): readonly string[] {
  switch (event.type) {
    case "welcome":
      return [
        fromServer(`You are ${event.name}${takenWords(event)}`, {
          event: "welcome",
          name: event.name,
          taken: event.taken,
        }),
      ];
    case "presence": {
      const { room, count } = event;
      if (event.members !== undefined) {
        const { members } = event;
        return [
          fromServer(list(members), { event: "here", members, room, count }),
        ];
      }
      const { joined, renamed, left } = presenceChanges(event);
      return [
        ...joined.map((name) =>
          object(name, "Client connected", { event: "joined", room, count })
        ),
        ...renamed.map(([name, to]) =>
          object(name, `Now known as ${to}`, {
            event: "renamed",
            name: to,
            room,
          })
        ),
        ...left.map((name) =>
          object(name, "Client disconnected", { event: "left", room, count })
        ),
      ];
    }
    case "rules": {
      const { room, locked, slowMs } = event;
      const words = rulesWords(event).join(" ") ||
        "Everybody can write at any time.";
      return [fromServer(words, { event: "rules", room, locked, slowMs })];
    }
    case "left": {
      const { code, message, room, retryAfterMs } = event;
      return message === undefined
        ? []
        : [fromServer(message, { event: "error", code, room, retryAfterMs })];
    }
    case "gap": {
      const { room, from, to } = event;
      const message = `${to - from + 1} messages are no longer kept`;
      return [fromServer(message, { event: "gap", room, from, to })];
    }
    case "error": {
      const { code, message, retryAfterMs } = event;
      return [fromServer(message, { event: "error", code, retryAfterMs })];
    }
    case "reconnect": {
      const { afterMs } = event;
      const message = "The server is restarting. Reconnect in a moment";
      return [fromServer(message, { event: "reconnect", afterMs })];
    }
    default:
      return [];
  }
}

/** The dialect of simple clients that read JSON. */
export const simple: Dialect = {
  name: "simple",
  separator: null,
  naming: "given",
  resumable: false,
  echoes: true,
  wantsTyping: false,
  decode: (frame) => [{ ok: true, request: { type: "publish", text: frame } }],
  encodeMessages: (messages, replay) =>
    messages.map((message) => {
      const { from, text, room, seq, at, removed, removes } = message;
      return object(
        removes === undefined ? from : SERVER_NAME,
        removed ? REMOVED_WORDS : text,
        { room, seq, at, ...marksOf(message), ...(replay && { replay }) },
      );
    }),
  encode,
};
