/** Who is here. */

import { useEffect, useState } from "preact/hooks";
import { nameWords } from "../model/chat_words.ts";
import { namesWith, sendersOf } from "../model/completion.ts";
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

/** With more people, the list has a filter. */
const FEW = 30;
/** More are not drawn: a filter finds them. */
const MOST = 200;

/** The list at the other side. */
export function People({ chat, room, mention }: Props) {
  // Who had to go does not know who is there now.
  const here = room.known && room.problem === undefined;
  const { members, count } = here ? room.room : { members: [], count: 0 };
  const typing = new Set(room.typing);
  const [filter, setFilter] = useState("");
  useEffect(() => setFilter(""), [room]);
  const isUnlisted = members.length === 0 && count > 0;
  // Of a large room, the server says only how many are there.
  const listed = isUnlisted ? sendersOf(room.window.messages) : members;
  const found = filter.trim() === ""
    ? listed
    : namesWith(filter.trim(), listed);
  const shown = found.slice(0, MOST);
  return (
    <aside class="people" id="people" aria-label={words.people}>
      <h2>{here ? words.countHere(count) : words.here}</h2>
      {isUnlisted && (
        <p class="hint">
          {listed.length > 0
            ? words.theseWroteLast
            : words.tooManyToList(count)}
        </p>
      )}
      {listed.length > FEW && (
        <input
          type="search"
          dir="auto"
          aria-label={words.filterPeople}
          placeholder={words.filterPeople}
          autocomplete="off"
          value={filter}
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />
      )}
      <ul>
        {shown.map((name) => (
          <li key={name}>
            <button
              type="button"
              onClick={() => mention(name)}
              title={words.mention(isolated(nameWords(name)))}
            >
              <Avatar name={name} />
              <bdi title={name}>{name}</bdi>
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
      {found.length > shown.length && (
        <p class="hint">{words.morePeople(found.length - shown.length)}</p>
      )}
      {listed.length > 0 && found.length === 0 && (
        <p class="hint" role="status">{words.nobodyFound}</p>
      )}
    </aside>
  );
}
