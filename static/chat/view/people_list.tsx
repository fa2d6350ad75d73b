/** Who is here. */

import { nameWords } from "../model/chat_words.ts";
import type { ChatModel } from "../model/chat_model.ts";
import type { RoomModel } from "../model/room_model.ts";
import { words } from "../../words/chat_catalogue.ts";
import { isolated } from "../model/chat_words.ts";
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
    <aside class="people" id="people" aria-label={words.people}>
      <h2>{here ? words.countHere(count) : words.here}</h2>
      <ul>
        {members.map((name) => (
          <li key={name}>
            <button
              type="button"
              onClick={() => mention(name)}
              title={words.mention(isolated(nameWords(name)))}
            >
              <Avatar name={name} />
              <bdi>{name}</bdi>
              {name === chat.me && <span class="hint">{words.you}</span>}
              {typing.has(name) && <span class="hint">{words.isTyping}</span>}
            </button>
            {room.rules.moderates && name !== chat.me && (
              <IconButton
                class="more"
                icon="more"
                label={words.removeOrBan(isolated(nameWords(name)))}
                onClick={() => chat.consider({ room, name })}
              />
            )}
          </li>
        ))}
      </ul>
      {members.length === 0 && count > 0 && (
        <p class="hint">
          {words.tooManyToList(count)}
        </p>
      )}
    </aside>
  );
}
