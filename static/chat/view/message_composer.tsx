/** Where one writes. The text lives in the room's model, so that it waits
 * there while one is in another room. */

import { composes } from "../../keys.ts";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChatModel } from "../model/chat_model.ts";
import { ruleWords } from "../model/write_access.ts";
import type { RoomModel } from "../model/room_model.ts";
import { completed, isCommand, matching } from "../model/slash_commands.ts";
import { words } from "../../words/chat_catalogue.ts";
import { isolated } from "../model/chat_words.ts";
import { withRecent } from "../model/emoji.ts";
import { EmojiPicker } from "./emoji_picker.tsx";
import { Icon } from "./icons.tsx";
import { edit, SuggestionList, useSuggestions } from "./suggestions.tsx";
import { scrollPage, selectLastLine } from "./message_keys.ts";

/** So close to the limit one is told how much is left. */
const WARN = 200;

/** The field takes a text that is so many times too long, to be cut down. */
const MOST_MESSAGES = 10;
/** Characters of a message, before the server has told. */
const LIMIT = 4_096;

interface Props {
  readonly chat: ChatModel;
  readonly room: RoomModel;
  /** Shows the keys and the commands. */
  readonly showKeys: () => void;
}

/** The field and its button. */
export function Composer({ chat, room, showKeys }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const left = charactersLeft(chat, room);
  const access = room.access();
  const hint = room.problem !== undefined
    ? ""
    : hintWords(room) ?? access?.words ?? ruleWords(room.rules);

  useLayoutEffect(() => fit(field.current), [room, room.draft]);
  useEffect(() => {
    // On a phone the keyboard would cover what one wants to read first.
    if (matchMedia("(hover: hover)").matches) field.current?.focus();
  }, [room]);

  const suggestions = useSuggestions(field, room, chat.me);
  const [picks, setPicks] = useState(false);
  const pick = (emoji: string) => {
    chat.memory.emoji = withRecent(chat.memory.emoji, emoji);
    setPicks(false);
    if (field.current === null) return;
    const { selectionStart: from, selectionEnd: to } = field.current;
    edit(field.current, { from, to, put: emoji });
  };
  const send = () => {
    // Now, not when last drawn: fingers can be faster than frames.
    if (!sendable(chat, room)) return;
    suggestions.close();
    chat.submit(room, showKeys);
    field.current?.focus();
  };
  const keyDown = (event: KeyboardEvent) => {
    if (composes(event)) return;
    // With the on-screen keyboard, a suggestion is tapped.
    const breaksLine = event.key === "Enter" && isTouch();
    if (!breaksLine && suggestions.keyDown(event)) return;
    if (event.key === "Enter" && sends(event)) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && room.draft === "" && !event.altKey) {
      event.preventDefault();
      selectLastLine();
    } else if (event.key === "Tab" && !event.shiftKey) {
      const whole = completed(room.draft, room.rules.moderates);
      if (whole === room.draft) return;
      event.preventDefault();
      chat.write(room, whole);
    } else if (isPage(event.key) && !scrolls(field.current)) {
      event.preventDefault();
      scrollPage(event.key === "PageUp" ? -1 : 1);
    }
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <SuggestionList {...suggestions} />
      {picks && (
        <EmojiPicker
          recent={chat.memory.emoji}
          pick={pick}
          close={(refocus) => {
            setPicks(false);
            if (refocus) field.current?.focus();
          }}
        />
      )}
      <textarea
        {...suggestions.attributes}
        ref={field}
        rows={1}
        dir="auto"
        enterkeyhint={isTouch() ? "enter" : "send"}
        aria-label={words.messageTo(isolated(room.name))}
        aria-describedby="characters rules"
        placeholder={chat.writingWords(room).placeholder}
        value={room.draft}
        onInput={({ currentTarget }) => {
          const { value } = currentTarget;
          if (isTooMuch(chat, value)) {
            currentTarget.value = room.draft;
            return;
          }
          chat.write(room, value);
          if (value.trim() !== "" && !isCommand(value)) room.room.typing();
          suggestions.refresh();
        }}
        onClick={suggestions.refresh}
        onKeyUp={({ key }) => {
          if (/^(Arrow(Left|Right)|Home|End)$/.test(key)) suggestions.refresh();
        }}
        onBlur={suggestions.close}
        onPaste={(event) => {
          const text = event.clipboardData?.getData("text/plain") ?? "";
          if (isTooMuch(chat, text)) event.preventDefault();
        }}
        onDrop={(event) => {
          const text = event.dataTransfer?.getData("text/plain") ?? "";
          if (isTooMuch(chat, text)) event.preventDefault();
        }}
        onKeyDown={keyDown}
      />
      <span id="characters" class={(left ?? 0) < 0 ? "over" : ""}>
        {left === undefined
          ? ""
          : left >= 0
          ? words.charactersLeft(left)
          : words.charactersTooLong(-left)}
      </span>
      <span id="rules" class={access === undefined ? "" : "shut"}>{hint}</span>
      <button
        type="button"
        class="to-emoji"
        aria-label={words.emoji}
        title={words.emoji}
        aria-haspopup="dialog"
        aria-expanded={picks}
        onClick={() => setPicks(!picks)}
      >
        <Icon name="emoji" />
      </button>
      <button
        type="submit"
        class="send"
        aria-label={words.send}
        title={words.send}
        aria-disabled={!sendable(chat, room)}
      >
        <Icon name="send" />
      </button>
    </form>
  );
}

/**
 * Whether a text is so long that the field would hold up the page, and nobody
 * would cut it down to a message: it is refused whole, and the reader is told.
 */
function isTooMuch(chat: ChatModel, text: string): boolean {
  const limit = chat.client.limits?.text ?? LIMIT;
  if (text.length <= MOST_MESSAGES * limit) return false;
  chat.say(words.tooLongToPaste(limit));
  return true;
}

/** How much more fits, once that is worth knowing. */
function charactersLeft(chat: ChatModel, room: RoomModel): number | undefined {
  const limit = chat.client.limits?.text ?? Infinity;
  if (room.draft.length < limit - WARN) return undefined;
  // Characters as the server counts them.
  let characters = 0;
  for (const _ of room.draft) characters++;
  return limit - characters;
}

/** The commands that what is written may become. */
function hintWords({ draft, rules }: RoomModel): string | undefined {
  const found = matching(draft, rules.moderates);
  if (found.length === 0) return undefined;
  return found.length > 3
    ? found.map(({ usage }) => usage).join(" · ")
    : found.map(({ usage, does }) => `${usage}: ${does}`).join(" · ");
}

function sendable(chat: ChatModel, room: RoomModel): boolean {
  // A command is no message: a room that is locked, or lost, takes it.
  if (isCommand(room.draft)) return chat.client.state.phase !== "closed";
  return room.draft.trim() !== "" && (charactersLeft(chat, room) ?? 0) >= 0 &&
    room.access() === undefined && room.problem === undefined &&
    chat.client.state.phase !== "closed";
}

/** Whether one writes with a finger: its keyboard has no Shift Enter. */
function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

/** Whether Enter sends, and does not break the line. */
function sends({ shiftKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || (!shiftKey && !isTouch());
}

function isPage(key: string): boolean {
  return key === "PageUp" || key === "PageDown";
}

/** Whether there is more text than one sees: then it is that which scrolls. */
function scrolls(field: HTMLTextAreaElement | null): boolean {
  return field !== null && field.scrollHeight > field.clientHeight;
}

/** As high as its text; the stylesheet has the upper limit. */
function fit(field: HTMLTextAreaElement | null): void {
  if (field === null) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
