/** The emoji picker above the field for a message. The focus is in its search
 * field, and the arrow keys choose (combobox of ARIA 1.2). */

import { useEffect, useRef, useState } from "preact/hooks";
import { composes } from "../../keys.ts";
import { words } from "../../words/chat_catalogue.ts";
import { loadEmoji } from "../emoji_loader.ts";
import { matchingEmoji } from "../model/completion.ts";
import type { Emoji, EmojiGroup } from "../model/emoji.ts";

/** Emoji that a search shows. */
const MOST_FOUND = 120;

interface Props {
  /** Emoji used last. */
  readonly recent: readonly string[];
  readonly pick: (emoji: string) => void;
  /** @param refocus Whether the focus goes back to the message. */
  readonly close: (refocus: boolean) => void;
}

/** The picker. */
export function EmojiPicker({ recent, pick, close }: Props) {
  const [groups, setGroups] = useState<readonly EmojiGroup[]>();
  const [failed, setFailed] = useState(false);
  const [search, setSearch] = useState("");
  const [shown, setShown] = useState<string>();
  const [active, setActive] = useState(0);
  const panel = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  /** Those of last time, as they were when it opened. */
  const [kept] = useState(recent);

  const load = () => {
    setFailed(false);
    loadEmoji().then(setGroups, () => setFailed(true));
  };
  useEffect(() => {
    load();
    // On a phone the keyboard would cover the emoji.
    if (matchMedia("(hover: hover)").matches) {
      panel.current?.querySelector("input")?.focus();
    }
    const pointerDown = ({ target }: PointerEvent) => {
      const inside = target instanceof Element &&
        target.closest(".emoji-picker, .to-emoji") !== null;
      if (!inside) close(false);
    };
    addEventListener("pointerdown", pointerDown);
    return () => removeEventListener("pointerdown", pointerDown);
  }, []);

  const all = groups?.flatMap(({ emoji }) => emoji) ?? [];
  const tabs: readonly { name: EmojiGroup["name"]; emoji: readonly Emoji[] }[] =
    [
      ...(kept.length > 0
        ? [{
          name: "recent" as const,
          emoji: kept.flatMap((one) =>
            all.find(({ emoji }) => emoji === one) ??
              []
          ),
        }]
        : []),
      ...groups ?? [],
    ];
  const tab = tabs.find(({ name }) => name === shown) ?? tabs[0];
  const isSearch = search.trim() !== "";
  const emoji = isSearch
    ? matchingEmoji(search.trim(), all, MOST_FOUND)
    : tab?.emoji ?? [];
  const chosen = emoji[active];

  const choose = (index: number) => {
    setActive(index);
    requestAnimationFrame(() =>
      list.current?.children[index]?.scrollIntoView({ block: "nearest" })
    );
  };
  const keyDown = (event: KeyboardEvent) => {
    if (composes(event)) return;
    const { key } = event;
    const inSearch = event.target instanceof HTMLInputElement;
    if (key === "Escape") close(true);
    else if (!inSearch) return;
    else if (key === "Enter") {
      if (chosen !== undefined) pick(chosen.emoji);
    } else {
      const step = stepOf(key, list.current, search !== "");
      if (step === undefined) return;
      choose(Math.max(0, Math.min(emoji.length - 1, active + step)));
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={panel}
      class="emoji-picker"
      role="dialog"
      aria-label={words.emoji}
      onKeyDown={keyDown}
      onFocusOut={({ relatedTarget }) => {
        if (!(relatedTarget instanceof Element)) return;
        if (relatedTarget.closest(".emoji-picker, .to-emoji") === null) {
          close(false);
        }
      }}
    >
      <input
        type="search"
        role="combobox"
        list={undefined}
        aria-label={words.searchEmoji}
        placeholder={words.searchEmoji}
        autocomplete="off"
        aria-autocomplete="list"
        aria-expanded={emoji.length > 0}
        aria-controls="emoji-list"
        aria-activedescendant={chosen === undefined
          ? undefined
          : `emoji-${active}`}
        value={search}
        onInput={({ currentTarget }) => {
          setSearch(currentTarget.value);
          setActive(0);
        }}
      />
      <div class="groups" role="group" aria-label={words.emojiGroupsLabel}>
        {tabs.map((one) => (
          <button
            key={one.name}
            type="button"
            aria-label={words.emojiGroups[one.name]}
            title={words.emojiGroups[one.name]}
            aria-pressed={!isSearch && one === tab}
            onClick={() => {
              setSearch("");
              setShown(one.name);
              setActive(0);
              list.current?.scrollTo(0, 0);
            }}
          >
            {one.name === "recent" ? "🕘" : one.emoji[0]?.emoji}
          </button>
        ))}
      </div>
      {failed && (
        <p class="problem" role="alert">
          {words.emojiFailed}{" "}
          <button type="button" class="secondary" onClick={load}>
            {words.tryAgain}
          </button>
        </p>
      )}
      {groups !== undefined && emoji.length === 0 && (
        <p class="hint" role="status">{words.noEmojiFound}</p>
      )}
      <ul
        ref={list}
        id="emoji-list"
        role="listbox"
        aria-label={isSearch || tab === undefined
          ? words.emoji
          : words.emojiGroups[tab.name]}
        tabIndex={-1}
      >
        {emoji.map((one, index) => (
          <li
            key={one.emoji}
            id={`emoji-${index}`}
            role="option"
            aria-selected={index === active}
            aria-label={one.description}
            title={one.description}
            onPointerEnter={() => setActive(index)}
            onClick={() => pick(one.emoji)}
          >
            {one.emoji}
          </li>
        ))}
      </ul>
      <p class="hint" aria-hidden="true">
        {chosen !== undefined && `${chosen.emoji} :${chosen.names[0]}:`}
      </p>
    </div>
  );
}

/** How far a key moves the choice. Left and right move the cursor of the search
 * field instead while it has a text. */
function stepOf(
  key: string,
  list: HTMLElement | null,
  hasText: boolean,
): number | undefined {
  const items = [...list?.children ?? []] as HTMLElement[];
  const next = items.findIndex(({ offsetTop }) =>
    offsetTop !== items[0]?.offsetTop
  );
  const columns = next < 0 ? items.length : next;
  if (key === "ArrowDown") return columns;
  if (key === "ArrowUp") return -columns;
  if (hasText || list === null) return undefined;
  const isRtl = getComputedStyle(list).direction === "rtl";
  if (key === "ArrowRight") return isRtl ? -1 : 1;
  if (key === "ArrowLeft") return isRtl ? 1 : -1;
  return undefined;
}
