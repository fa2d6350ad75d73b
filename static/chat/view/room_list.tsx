/** The rooms at the side: what is new in each, and the way into others. */

import { useState } from "preact/hooks";
import { BASE, HOME } from "../../base_path.ts";
import { linkTo } from "../model/address.ts";
import type { ChatModel } from "../model/chat_model.ts";
import type { RoomModel } from "../model/room_model.ts";
import { briefTime } from "../model/times.ts";
import { isolated } from "../model/chat_words.ts";
import { errorWords } from "../model/error_words.ts";
import { words } from "../../words/chat_catalogue.ts";
import { LastMessage } from "./last_message.tsx";
import { Avatar } from "./avatar.tsx";
import { Guarded } from "./guarded.tsx";
import { Icon, IconButton } from "./icons.tsx";
import { UnreadCount } from "./unread_count.tsx";

interface Props {
  readonly chat: ChatModel;
  readonly open: (room: string) => void;
  /** Opens the list of all rooms. */
  readonly find: () => void;
  readonly settings: () => void;
}

/** The sidebar. */
export function RoomList({ chat, open, find, settings }: Props) {
  return (
    <nav class="rooms" id="rooms" aria-label={words.rooms}>
      <p class="brand">
        <img src={`${BASE}assets/icon.svg`} alt="" width="24" height="24" />
        Hubbub
        <IconButton icon="search" label={words.findRooms} onClick={find} />
      </p>
      <ul>
        {chat.rooms.map((room) => (
          <Guarded
            key={room.name}
            instead={<PlainItem name={room.name} open={open} />}
          >
            <RoomItem room={room} chat={chat} open={open} />
          </Guarded>
        ))}
      </ul>
      <JoinForm open={open} />
      <button
        type="button"
        class="me"
        aria-label={words.settingsOf(chat.me ?? "")}
        title={words.settingsOf(isolated(chat.me ?? ""))}
        onClick={settings}
      >
        <Avatar name={chat.me ?? "?"} />
        <bdi>{chat.me ?? "…"}</bdi>
        <Icon name="settings" />
      </button>
    </nav>
  );
}

function RoomItem({ room, chat, open }: {
  room: RoomModel;
  chat: ChatModel;
  open: (room: string) => void;
}) {
  const { last, counted: unread, mentioned, name } = room;
  const follow = (event: MouseEvent) => {
    // A new tab or window is the browser's to open.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(name);
  };
  return (
    <li class={unread > 0 ? "unread" : ""}>
      <a
        href={linkTo(HOME, name)}
        aria-current={room === chat.current ? "page" : undefined}
        onClick={follow}
      >
        <bdi class="room-name" title={name}>{name}</bdi>
        {last && (
          <time dateTime={new Date(last.at).toISOString()} data-at={last.at}>
            {briefTime(last.at, chat.now())}
          </time>
        )}
        <span class="last">
          {room.problem ?? <LastWords room={room} />}
        </span>
        <UnreadCount unread={unread} mentioned={mentioned} />
        {room.notices === "none" && (
          <span class="muted" title={words.muted}>
            <Icon name="muted" />
            <span class="visually-hidden">{words.muted}</span>
          </span>
        )}
      </a>
      {chat.canLeave(room) && (
        <IconButton
          class="leave"
          icon="close"
          label={words.leave(isolated(name))}
          onClick={() => chat.leave(room)}
        />
      )}
    </li>
  );
}

/** A room whose news cannot be drawn: the way into it. */
function PlainItem({ name, open }: {
  name: string;
  open: (room: string) => void;
}) {
  return (
    <li>
      <button type="button" onClick={() => open(name)}>
        <bdi>{name}</bdi>
      </button>
    </li>
  );
}

function LastWords({ room: { last, live } }: { room: RoomModel }) {
  if (last === undefined) return live ? words.noMessagesYet : "";
  return <LastMessage last={last} />;
}

function JoinForm({ open }: { open: (room: string) => void }) {
  const [problem, setProblem] = useState("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const room = String(new FormData(form).get("room")).trim();
    if (room === "") return;
    try {
      open(room);
      form.reset();
      setProblem("");
    } catch (error) {
      setProblem(errorWords(error as Error));
    }
  };
  return (
    <form class="join" onSubmit={submit}>
      <label class="visually-hidden" for="join">{words.joinOrCreate}</label>
      <input
        id="join"
        name="room"
        dir="auto"
        placeholder={words.joinOrCreate}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={64}
        aria-describedby="join-problem"
        aria-invalid={problem !== ""}
      />
      <button type="submit" aria-label={words.join} title={words.join}>
        <Icon name="plus" />
      </button>
      <p id="join-problem" class="problem" role="status">{problem}</p>
    </form>
  );
}

/** All rooms' news in one sentence, for the button that opens the list. */
export function newsWords(chat: ChatModel): string {
  const others = chat.rooms.filter((room) => room !== chat.current);
  const unread = others.reduce((sum, room) => sum + room.counted, 0);
  return unread === 0 ? words.rooms : words.roomsWithNews(unread);
}
