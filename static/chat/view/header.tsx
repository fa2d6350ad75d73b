/** The line on top: the room, how the connection is, and what opens beside. */

import type { ChatModel } from "../model/chat_model.ts";
import type { RoomModel } from "../model/room_model.ts";
import type { ConnectionWords } from "../model/chat_words.ts";
import { words } from "../../words/chat_catalogue.ts";
import { Icon, IconButton } from "./icons.tsx";
import { newsWords } from "./room_list.tsx";

interface Props {
  readonly chat: ChatModel;
  readonly room: RoomModel;
  readonly connection: ConnectionWords;
  readonly panel: "rooms" | "people" | undefined;
  readonly toggle: (panel: "rooms" | "people") => void;
  readonly share: () => void;
  /** Opens what one can do about the room. */
  readonly keepOrder: () => void;
}

/** The header of the conversation. */
export function Header(
  { chat, room, connection, panel, toggle, share, keepOrder }: Props,
) {
  const news = newsWords(chat);
  const { count } = room.room;
  const here = room.known && room.problem === undefined;
  return (
    <header class="header">
      <button
        type="button"
        class={news === words.rooms ? "to-rooms" : "to-rooms news"}
        aria-label={news}
        title={words.rooms}
        aria-expanded={panel === "rooms"}
        aria-controls="rooms"
        onClick={() => toggle("rooms")}
      >
        <Icon name="menu" />
      </button>
      <h1 dir="auto" title={room.name}>{room.name}</h1>
      <p
        class={`state ${connection.tone}`}
        role="status"
        title={connection.word}
      >
        {/* All is well: a dot says so. */}
        <span class={connection.tone === "good" ? "visually-hidden" : ""}>
          {connection.word}
        </span>
      </p>
      {room.rules.moderates && (
        <IconButton
          icon="shield"
          label={words.moderation}
          onClick={keepOrder}
        />
      )}
      <IconButton
        icon="link"
        label={words.copyRoomLink}
        onClick={share}
      />
      <button
        type="button"
        class="to-people"
        aria-label={here ? words.peopleHere(count) : words.people}
        title={words.people}
        aria-expanded={panel === "people"}
        aria-controls="people"
        onClick={() => toggle("people")}
      >
        <Icon name="people" />
        {here && <span class="number">{count}</span>}
      </button>
    </header>
  );
}
