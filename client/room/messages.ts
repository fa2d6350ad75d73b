/** From what travels to what listeners get: messages and pages of them. Pure. */

import type { HistoryEvent } from "../../protocol/events.ts";
import { marksOf, type Message } from "../../protocol/message.ts";
import type { HistoryPage, RoomMessage } from "./room_api.ts";

/**
 * @param message As it came, maybe with fields that are not known here.
 * @param context Whether it is an old one, and whether one's own.
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

/** @param event A page as it came. */
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
