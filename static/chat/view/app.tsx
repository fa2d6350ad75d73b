/** The page: its parts, and what is open on it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { composes } from "../../keys.ts";
import { HOME } from "../../base_path.ts";
import { linkTo } from "../model/address.ts";
import type { ChatModel } from "../model/chat_model.ts";
import type { RoomDirectory } from "../model/room_directory.ts";
import { connectionWords, typingWords } from "../model/chat_words.ts";
import { words } from "../../words/chat_catalogue.ts";
import { Words } from "./sentence.tsx";
import type { ReadBans } from "./ban_list.tsx";
import { Composer } from "./message_composer.tsx";
import { type DialogName, KeysDialog, SettingsDialog } from "./dialogs.tsx";
import { Finder } from "./finder.tsx";
import { EmptyRoom } from "./empty_room.tsx";
import { Header } from "./header.tsx";
import { Icon } from "./icons.tsx";
import { RoomDialog, SubjectDialog } from "./moderation_menu.tsx";
import { keyAction } from "./page_keys.ts";
import type { LineActions } from "./message_row.tsx";
import { People } from "./people_list.tsx";
import { RoomList } from "./room_list.tsx";
import { Timeline } from "./timeline.tsx";

interface Props {
  readonly chat: ChatModel;
  readonly directory: RoomDirectory;
  readonly online: boolean;
  readonly looking: boolean;
  /** What a screen reader is told. */
  readonly announcement: string;
  readonly actions: LineActions;
  readonly readBans: ReadBans;
  readonly copy: (text: string, what: string) => void;
}

type Panel = "rooms" | "people" | undefined;

/** Everything on the page but the welcome. */
export function App(
  { chat, directory, online, looking, announcement, actions, readBans, copy }:
    Props,
) {
  const [panel, setPanel] = usePanel();
  const [dialog, setDialog] = useState<DialogName>();
  const room = chat.current;
  useKeys(chat, {
    showKeys: () => setDialog("keys"),
    findRooms: () => setDialog("find"),
    closePanel: () => {
      setPanel(undefined);
      return panel !== undefined;
    },
  });
  if (room === undefined) return null;
  const connection = connectionWords(chat.client.state, {
    online,
    known: chat.client.session !== undefined,
    mayReturn: chat.mayReturn,
  });
  const open = (name: string) => {
    chat.open(name);
    setPanel(undefined);
  };
  const mention = (name: string) => {
    const { current = room } = chat;
    const before = current.draft.replace(/\S$/u, "$& ");
    current.draft = `${before}@${name} `;
    setPanel(undefined);
    focusComposer();
    chat.changed();
  };
  return (
    <div class="app" data-panel={panel}>
      <RoomList
        chat={chat}
        open={open}
        find={() => {
          setPanel(undefined);
          setDialog("find");
        }}
        settings={() => setDialog("settings")}
      />
      <main class="conversation" inert={panel !== undefined}>
        <Header
          chat={chat}
          room={room}
          connection={connection}
          panel={panel}
          toggle={(name) => setPanel(panel === name ? undefined : name)}
          share={() =>
            copy(
              linkTo(HOME, room.name),
              words.roomLinkCopied,
            )}
          keepOrder={() => setDialog("room")}
        />
        {chat.notice !== undefined && (
          <Notice
            text={chat.notice}
            close={() => chat.say(undefined)}
          />
        )}
        <Timeline
          room={room}
          me={chat.me}
          now={chat.now()}
          looking={looking}
          cut={connection.sentence !== undefined}
          actions={actions}
          empty={
            <EmptyRoom
              room={room.name}
              access={chat.writingWords(room)}
              copy={copy}
            />
          }
        />
        <div class="foot">
          {connection.sentence !== undefined && (
            <p class={`banner ${connection.tone}`} role="status">
              <span>{connection.sentence}</span>
              {connection.action === "try now" && (
                <button
                  type="button"
                  onClick={() => chat.client.reconnectNow()}
                >
                  {words.tryNow}
                </button>
              )}
              {connection.action === "start again" && (
                <button
                  type="button"
                  onClick={() => location.reload()}
                >
                  {words.reconnect}
                </button>
              )}
            </p>
          )}
          {room.problem !== undefined && (
            <p class="banner bad" role="alert">
              <span>{room.problem}</span>
              <button type="button" onClick={() => chat.rejoin(room)}>
                {words.joinAgain}
              </button>
            </p>
          )}
          <Composer
            chat={chat}
            room={room}
            showKeys={() => setDialog("keys")}
          />
          <p class="typing">
            <Words sentence={typingWords(room.typing)} />
          </p>
        </div>
      </main>
      <People chat={chat} room={room} mention={mention} />
      {panel !== undefined && (
        <button
          type="button"
          class="scrim"
          aria-label={words.close}
          onClick={() => setPanel(undefined)}
        />
      )}
      {dialog === "keys" && <KeysDialog close={() => setDialog(undefined)} />}
      {dialog === "find" && (
        <Finder
          chat={chat}
          directory={directory}
          close={() => setDialog(undefined)}
          open={(name) => {
            open(name);
            if (!isTouched()) focusComposer();
          }}
          mention={(name, room) => {
            open(room);
            mention(name);
          }}
        />
      )}
      {dialog === "room" && (
        <RoomDialog
          room={room}
          readBans={readBans}
          close={() => setDialog(undefined)}
        />
      )}
      {chat.subject !== undefined && (
        <SubjectDialog
          chat={chat}
          subject={chat.subject}
          close={() => chat.consider(undefined)}
        />
      )}
      {dialog === "settings" && (
        <SettingsDialog
          chat={chat}
          close={() => setDialog(undefined)}
          showKeys={() => setDialog("keys")}
        />
      )}
      <div class="visually-hidden" aria-live="polite">{announcement}</div>
    </div>
  );
}

function Notice({ text, close }: { text: string; close: () => void }) {
  return (
    <p class="notice" role="status">
      <span>{text}</span>
      <button type="button" aria-label={words.dismiss} onClick={close}>
        <Icon name="close" />
      </button>
    </p>
  );
}

/** Which sheet is open; closing it gives the focus back to what opened it. */
function usePanel(): [Panel, (panel: Panel) => void] {
  const [panel, setPanel] = useState<Panel>();
  const opener = useRef<Element | null>(null);
  useEffect(() => {
    if (panel === undefined) {
      if (opener.current instanceof HTMLElement) opener.current.focus();
      opener.current = null;
      return;
    }
    const sheet = document.getElementById(panel);
    sheet?.querySelector<HTMLElement>("a, button, input")?.focus();
  }, [panel]);
  return [panel, (next) => {
    if (next !== undefined) opener.current ??= document.activeElement;
    setPanel(next);
  }];
}

/** Whether the on-screen keyboard would cover what was just opened. */
function isTouched(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

/** The keys that work everywhere on the page. */
function useKeys(chat: ChatModel, { showKeys, findRooms, closePanel }: {
  showKeys: () => void;
  findRooms: () => void;
  /** Whether one was open. */
  closePanel: () => boolean;
}): void {
  useEffect(() => {
    const keyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || composes(event)) return;
      const { target } = event;
      const writing = target instanceof HTMLElement &&
        target.matches("input, textarea, select");
      // A dialog has its own Escape, and nothing else is to happen behind it.
      if (document.querySelector("dialog[open]") !== null) return;
      const action = keyAction(event, writing);
      switch (action) {
        case undefined:
          return;
        case "type":
          // Before the browser writes it, so that it goes there.
          composer()?.focus();
          return;
        case "show keys":
          showKeys();
          break;
        case "find room":
          findRooms();
          break;
        case "room above":
          chat.move(-1);
          break;
        case "room below":
          chat.move(1);
          break;
        case "next unread":
          chat.move(1, true);
          break;
        case "write":
          if (closePanel()) break;
          chat.current?.follow();
          focusComposer();
          break;
      }
      event.preventDefault();
    };
    addEventListener("keydown", keyDown);
    return () => removeEventListener("keydown", keyDown);
  });
}

function composer(): HTMLElement | null {
  return document.querySelector<HTMLElement>(".composer textarea");
}

function focusComposer(): void {
  requestAnimationFrame(() => composer()?.focus());
}
