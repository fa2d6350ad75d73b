/** The line on top: the room, how the connection is, and what opens beside. */

import type { ChatModel } from "../model/chat.ts";
import type { RoomModel } from "../model/room.ts";
import type { ConnectionWords } from "../model/words.ts";
import { counted } from "../model/words.ts";
import { Icon } from "./icons.tsx";
import { newsWords } from "./room_list.tsx";

interface Props {
  readonly chat: ChatModel;
  readonly room: RoomModel;
  readonly connection: ConnectionWords;
  readonly panel: "rooms" | "people" | undefined;
  readonly toggle: (panel: "rooms" | "people") => void;
  readonly share: () => void;
}

/** The header of the conversation. */
export function Header(
  { chat, room, connection, panel, toggle, share }: Props,
) {
  const news = newsWords(chat);
  const { count } = room.room;
  return (
    <header class="header">
      <button
        type="button"
        class={news === "Rooms" ? "to-rooms" : "to-rooms news"}
        aria-label={news}
        title="Rooms"
        aria-expanded={panel === "rooms"}
        aria-controls="rooms"
        onClick={() => toggle("rooms")}
      >
        <Icon name="menu" />
      </button>
      <h1 dir="auto">{room.name}</h1>
      <p class={`state ${connection.tone}`} role="status">
        {connection.word}
      </p>
      <button
        type="button"
        aria-label="Copy a link to this room"
        title="Copy a link to this room"
        onClick={share}
      >
        <Icon name="link" />
      </button>
      <button
        type="button"
        class="to-people"
        aria-label={room.known
          ? `People, ${counted(count, "is", "are")} here`
          : "People"}
        title="People"
        aria-expanded={panel === "people"}
        aria-controls="people"
        onClick={() => toggle("people")}
      >
        <Icon name="people" />
        {room.known && <span class="number">{count}</span>}
      </button>
    </header>
  );
}
