/** Finds rooms and people: the list of rooms to browse, and the switcher. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { composes } from "../../keys.ts";
import type { ChatModel } from "../model/chat_model.ts";
import {
  find,
  type Findings,
  type Found,
  type FoundRoom,
  type OwnRoom,
} from "../model/finder.ts";
import type { RoomDirectory } from "../model/room_directory.ts";
import type { RoomModel } from "../model/room_model.ts";
import { briefTime } from "../model/times.ts";
import { words } from "../../words/chat_catalogue.ts";
import { Avatar } from "./avatar.tsx";
import { Icon, IconButton } from "./icons.tsx";
import { LastMessage } from "./last_message.tsx";
import { Words } from "./sentence.tsx";
import { UnreadCount } from "./unread_count.tsx";

interface Props {
  readonly chat: ChatModel;
  readonly directory: RoomDirectory;
  readonly close: () => void;
  /** Opens a room that was found. */
  readonly open: (room: string) => void;
  /** Opens the room of a person, and begins a message to them. */
  readonly mention: (name: string, room: string) => void;
}

/** How long one has to pause before the server is asked, milliseconds. */
const PAUSE_MS = 200;

function ownRoom(model: RoomModel): OwnRoom {
  const { name, room, counted: unread, mentioned, last } = model;
  const { members, count } = room;
  return { name, members, online: count, unread, mentioned, last };
}

/** The dialog: a field, and what fits below it. */
export function Finder({ chat, directory, close, open, mention }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [search, setSearch] = useState("");
  const [index, setIndex] = useState(0);
  useLayoutEffect(() => {
    dialog.current?.showModal();
    field.current?.focus();
  }, []);
  useEffect(() => void directory.refresh(), []);
  useEffect(() => {
    if (search.trim() === "") return;
    const timer = setTimeout(() => directory.search(search), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [search]);
  const found = find(search, {
    own: chat.rooms.map(ownRoom),
    listed: directory.rooms,
    me: chat.me,
  });
  const items = itemsOf(found);
  const active = Math.min(index, items.length - 1);
  useEffect(() => {
    document.getElementById(idOf(active))
      ?.scrollIntoView({ block: "nearest" });
  }, [active, search]);
  const choose = (item: Found | undefined) => {
    if (item === undefined) return;
    dialog.current?.close();
    if (item.kind === "person") mention(item.name, item.room);
    else open(item.name);
  };
  const keyDown = (event: KeyboardEvent) => {
    if (composes(event)) return;
    const { key } = event;
    const step = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && items.length > 0) {
      setIndex((active + step + items.length) % items.length);
    } else if (key === "Enter") {
      choose(items[active]);
    } else if (key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
      field.current?.select();
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      class="finder"
      aria-label={words.findRooms}
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div class="find-field">
        <Icon name="search" />
        <input
          ref={field}
          type="text"
          dir="auto"
          role="combobox"
          aria-label={words.findRooms}
          aria-expanded="true"
          aria-controls="found"
          aria-autocomplete="list"
          aria-activedescendant={items.length > 0 ? idOf(active) : undefined}
          placeholder={words.findRooms}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={64}
          value={search}
          onInput={({ currentTarget }) => {
            setSearch(currentTarget.value);
            setIndex(0);
          }}
          onKeyDown={keyDown}
        />
        <IconButton
          icon="close"
          label={words.close}
          onClick={() => dialog.current?.close()}
        />
      </div>
      <div class="found">
        <FoundList
          found={found}
          active={active}
          now={chat.now()}
          choose={choose}
        />
        <Progress
          directory={directory}
          nothing={items.length === 0 ? search.trim() : ""}
        />
      </div>
    </dialog>
  );
}

function idOf(index: number): string {
  return `found-${index}`;
}

/** Everything that was found, in the order in which it is shown. */
function itemsOf({ own, others, people, created }: Findings): Found[] {
  return [...own, ...others, ...people, ...(created ? [created] : [])];
}

function FoundList({ found, active, now, choose }: {
  found: Findings;
  active: number;
  now: number;
  choose: (item: Found) => void;
}) {
  const { own, others, people, created } = found;
  const groups = [
    { title: words.yourRooms, items: own },
    { title: words.otherRooms, items: others },
    { title: words.people, items: people },
    { title: words.newRoom, items: created ? [created] : [] },
  ];
  let index = 0;
  return (
    <div role="listbox" id="found" aria-label={words.findRooms}>
      {groups.map(({ title, items }) =>
        items.length > 0 && (
          <div key={title} role="group" aria-label={title}>
            <h2 aria-hidden="true">{title}</h2>
            {items.map((item) => {
              const at = index++;
              return (
                <div
                  key={`${item.kind} ${item.name}`}
                  id={idOf(at)}
                  role="option"
                  aria-selected={at === active}
                  class="finding"
                  onClick={() => choose(item)}
                >
                  <Finding item={item} now={now} />
                </div>
              );
            })}
          </div>
        )
      )}
    </div>
  );
}

function Finding({ item, now }: { item: Found; now: number }) {
  switch (item.kind) {
    case "room":
      return <RoomFinding room={item} now={now} />;
    case "person":
      return (
        <>
          <Avatar name={item.name} />
          <span class="found-name">
            <bdi>{item.name}</bdi>
          </span>
          <span class="found-more">
            <Words sentence={words.personIn(item.room)} />
          </span>
        </>
      );
    case "new":
      return (
        <>
          <Icon name="plus" />
          <span class="found-name">
            <Words sentence={words.createRoom(item.name)} />
          </span>
        </>
      );
  }
}

function RoomFinding({ room, now }: { room: FoundRoom; now: number }) {
  const { name, topic, online, unread, mentioned, last, at } = room;
  return (
    <>
      <span
        class={unread > 0 ? "found-name unread" : "found-name"}
        title={name}
      >
        <bdi>{name}</bdi>
      </span>
      {at !== undefined && (
        <time dateTime={new Date(at).toISOString()} data-at={at}>
          {briefTime(at, now)}
        </time>
      )}
      <span class="found-more">
        {last === undefined
          ? <bdi>{topic ?? words.noMessagesYet}</bdi>
          : <LastMessage last={last} />}
      </span>
      {online > 0 && (
        <span class="online" title={words.countHere(online)}>
          <Icon name="people" />
          {online}
          <span class="visually-hidden">{words.countHere(online)}</span>
        </span>
      )}
      <UnreadCount unread={unread} mentioned={mentioned} />
    </>
  );
}

/** How far the list was read, and what one can do about it. */
function Progress({ directory, nothing }: {
  directory: RoomDirectory;
  nothing: string;
}) {
  const { phase, hasMore } = directory;
  const text = phase === "loading"
    ? words.loadingRooms
    : phase === "failed"
    ? words.roomsFailed
    : nothing === ""
    ? ""
    : words.nothingFound(nothing);
  return (
    <p class="found-progress" role="status">
      {text}
      {phase !== "loading" && (phase === "failed" || hasMore) && (
        <>
          {" "}
          <button
            type="button"
            class="plain"
            onClick={() => directory.more()}
          >
            {phase === "failed" ? words.tryAgain : words.moreRooms}
          </button>
        </>
      )}
    </p>
  );
}
