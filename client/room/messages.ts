/** Converts messages and history pages from wire format to the API. Pure. */

import type { HistoryEvent } from "../../protocol/events.ts";
import { marksOf, type Message } from "../../protocol/message.ts";
import type { HistoryPage, RoomMessage } from "./room_api.ts";

/**
 * Returns a message for listeners, without fields unknown to this client.
 *
 * @param message The message as received.
 * @param context Whether it is replayed, and whether it is the client's own.
 */
export function toRoomMessage(
  message: Message,
  { replay, mine }: { replay: boolean; mine: boolean },
): RoomMessage {
  const { room, seq, from, text, at, cid } = message;
  return {
    room,
    seq,
    from,
    text,
    at,
    ...(cid && { cid }),
    ...marksOf(message),
    replay,
    mine,
  };
}

/** Returns a history page for callers. */
export function toPage(
  { room, first, head, messages }: HistoryEvent,
): HistoryPage {
  const oldest = messages[0];
  return {
    first,
    head,
    older: oldest !== undefined && oldest.seq > first,
    messages: messages.map((message) =>
      toRoomMessage({ ...message, room }, {
        replay: true,
        mine: message.own === true,
      })
    ),
  };
}
