/** Suggestions above the field for a message: names after `@`, emoji after `:`.
 * As in a combobox (ARIA 1.2), the focus stays in the field, and the arrow keys
 * choose. A field of several lines may not have that role, so a status says
 * that the list is open. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { composes } from "../../keys.ts";
import { words } from "../../words/chat_catalogue.ts";
import { loadEmoji } from "../emoji_loader.ts";
import {
  complete,
  completeColons,
  type Edit,
  matchingEmoji,
  matchingNames,
  mentionable,
  type Query,
  queryAt,
  sendersOf,
} from "../model/completion.ts";
import type { Emoji } from "../model/emoji.ts";
import type { RoomModel } from "../model/room_model.ts";
import { isCommand } from "../model/slash_commands.ts";
import { Avatar } from "./avatar.tsx";

type Field = HTMLTextAreaElement;

/** What can be chosen. */
interface Choice {
  readonly value: string;
  /** The short name of an emoji. */
  readonly name?: string;
}

/** Suggestions for a field. */
export interface Suggestions {
  readonly choices: readonly Choice[];
  readonly active: number;
  /** Attributes of the field. */
  readonly attributes: Record<string, string | undefined>;
  /** The text or the cursor has changed. */
  refresh(): void;
  close(): void;
  accept(index: number): void;
  /** Handles a key. Returns whether it was for the suggestions. */
  keyDown(event: KeyboardEvent): boolean;
}

/** Replaces a part of a field's text, as if typed: it can be undone. */
export function edit(field: Field, { from, to, put }: Edit): void {
  field.focus();
  field.setSelectionRange(from, to);
  if (document.execCommand("insertText", false, put)) return;
  field.setRangeText(put, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/**
 * Returns the suggestions for a field.
 *
 * @param ref The field.
 * @param room Its room.
 * @param me The reader's name.
 */
export function useSuggestions(
  ref: RefObject<Field | null>,
  room: RoomModel,
  me: string | undefined,
): Suggestions {
  const [query, setQuery] = useState<Query>();
  const [active, setActive] = useState(0);
  const [emoji, setEmoji] = useState<readonly Emoji[]>();
  /** Where suggestions were closed by the reader. */
  const closedAt = useRef<number | undefined>(undefined);
  const close = () => setQuery(undefined);
  useEffect(close, [room]);

  const choices = query === undefined ? [] : choicesFor(query, room, me, emoji);
  const isOpen = choices.length > 0;
  const refresh = () => {
    const field = ref.current;
    if (field === null) return;
    const { value, selectionStart, selectionEnd } = field;
    const hasCaret = selectionStart === selectionEnd && !isCommand(value);
    const next = hasCaret ? queryAt(value, selectionStart) : undefined;
    if (next?.from !== closedAt.current) closedAt.current = undefined;
    if (next?.kind === "emoji" && emoji === undefined) {
      // Without the table there are no suggestions, and that is all.
      loadEmoji().then(
        (groups) => setEmoji(groups.flatMap((group) => group.emoji)),
        () => {},
      );
    }
    if (next?.text !== query?.text || next?.from !== query?.from) setActive(0);
    setQuery(closedAt.current === undefined ? next : undefined);
    if (hasCaret && emoji !== undefined) {
      const whole = completeColons(value, selectionStart, emoji);
      if (whole !== undefined) edit(field, whole);
    }
  };
  const accept = (index: number) => {
    const field = ref.current;
    const choice = choices[index];
    if (field === null || query === undefined || choice === undefined) return;
    edit(field, complete(field.value, query, choice.value));
    close();
  };
  const keyDown = (event: KeyboardEvent) => {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    if (!isOpen || composes(event)) return false;
    if (shiftKey || ctrlKey || metaKey || altKey) return false;
    const { length } = choices;
    if (key === "ArrowDown") setActive((active + 1) % length);
    else if (key === "ArrowUp") setActive((active + length - 1) % length);
    else if (key === "Enter" || key === "Tab") accept(active);
    else if (key === "Escape") {
      closedAt.current = query?.from;
      close();
    } else return false;
    event.preventDefault();
    return true;
  };
  return {
    choices,
    active,
    attributes: isOpen
      ? {
        "aria-autocomplete": "list",
        "aria-controls": "suggestions",
        "aria-activedescendant": `suggestion-${active}`,
      }
      : {},
    refresh,
    close,
    accept,
    keyDown,
  };
}

function choicesFor(
  query: Query,
  room: RoomModel,
  me: string | undefined,
  emoji: readonly Emoji[] | undefined,
): readonly Choice[] {
  if (query.kind === "emoji") {
    return matchingEmoji(query.text, emoji ?? []).map(({ emoji, names }) => ({
      value: emoji,
      name: names[0] ?? "",
    }));
  }
  const senders = sendersOf(room.window.messages);
  const people = mentionable(room.room.members, senders, me);
  return matchingNames(query.text, people).map((value) => ({ value }));
}

/** The list of suggestions. */
export function SuggestionList({ choices, active, accept }: Suggestions) {
  return (
    <>
      <span class="visually-hidden" role="status">
        {choices.length > 0 && words.suggestionCount(choices.length)}
      </span>
      {choices.length > 0 && (
        <ul
          id="suggestions"
          role="listbox"
          aria-label={words.suggestions}
          // The focus stays in the field.
          onMouseDown={(event) => event.preventDefault()}
        >
          {choices.map(({ value, name }, index) => (
            <li
              key={value}
              id={`suggestion-${index}`}
              role="option"
              aria-selected={index === active}
              onClick={() => accept(index)}
            >
              {name === undefined
                ? (
                  <>
                    <Avatar name={value} />
                    <bdi>{value}</bdi>
                  </>
                )
                : (
                  <>
                    <span class="emoji">{value}</span>
                    <span>:{name}:</span>
                  </>
                )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
