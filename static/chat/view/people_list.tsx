/** Who is here. */

import { nameInWords } from "../../../protocol/text.ts";
import type { ChatModel } from "../model/chat_model.ts";
import type { RoomModel } from "../model/room_model.ts";
import { counted, isolated } from "../model/chat_words.ts";
import { Avatar } from "./avatar.tsx";
import { IconButton } from "./icons.tsx";

interface Props {
  readonly chat: ChatModel;
  readonly room: RoomModel;
  /** Writes a name into the message. */
  readonly mention: (name: string) => void;
}

/** The list at the other side. */
export function People({ chat, room, mention }: Props) {
  // Who had to go does not know who is there now.
  const here = room.known && room.problem === undefined;
  const { members, count } = here ? room.room : { members: [], count: 0 };
  const typing = new Set(room.typing);
  return (
    <aside class="people" id="people" aria-label="People">
      <h2>{here ? `${count.toLocaleString("en")} here` : "Here"}</h2>
      <ul>
        {members.map((name) => (
          <li key={name}>
            <button
              type="button"
              onClick={() => mention(name)}
              title={`Mention ${isolated(nameInWords(name))}`}
            >
              <Avatar name={name} />
              <bdi>{name}</bdi>
              {name === chat.me && <span class="hint">you</span>}
              {typing.has(name) && <span class="hint">typing…</span>}
            </button>
            {room.rules.moderates && name !== chat.me && (
              <IconButton
                class="more"
                icon="more"
                label={`Remove or ban ${isolated(nameInWords(name))}`}
                onClick={() => chat.consider({ room, name })}
              />
            )}
          </li>
        ))}
      </ul>
      {members.length === 0 && count > 0 && (
        <p class="hint">
          {counted(count, "person", "people")}, too many to list
        </p>
      )}
    </aside>
  );
}
