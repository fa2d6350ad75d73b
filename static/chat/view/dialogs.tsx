/** What everybody can open above the page: settings, and the keys. */

import { words } from "../../words/chat_catalogue.ts";
import { isolated } from "../model/chat_words.ts";
import { Words } from "./sentence.tsx";
import { errorWords } from "../model/error_words.ts";
import { useState } from "preact/hooks";
import { allowNotices } from "../attention.ts";
import type { ChatModel } from "../model/chat_model.ts";
import type { RoomModel } from "../model/room_model.ts";
import type { Attention } from "../model/browser_storage.ts";
import { COMMANDS } from "../model/slash_commands.ts";
import { Dialog } from "./dialog.tsx";
import { KEYS } from "./page_keys.ts";

/** Which dialog is open. */
export type DialogName = "settings" | "keys" | "room" | "find";

/** What to write, and what it becomes. */
const FORMATS: readonly (readonly [written: string, meaning: string])[] = [
  ["**text**", words.bold],
  ["*text*", words.italics],
  ["~~text~~", words.strikethrough],
  ["`text`", words.code],
  ["```\ntext\n```", words.codeOfSeveralLines],
  ["> text", words.quote],
  ["- text", words.list],
  ["1. text", words.numberedList],
];

/** When to call for attention, in words. */
const LEVELS: readonly (readonly [Attention, string])[] = [
  ["none", words.off],
  ["mentions", words.mentions],
  ["all", words.allMessages],
];

/** What the keyboard does. */
export function KeysDialog({ close }: { close: () => void }) {
  return (
    <Dialog title={words.shortcutsAndCommands} close={close}>
      <dl class="keys">
        {KEYS.map(({ keys, does }) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <h3>{words.formatting}</h3>
      <dl class="keys">
        {FORMATS.map(([written, meaning]) => (
          <div key={written}>
            <dt>
              <code>{written}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <h3>{words.commandsTitle}</h3>
      <dl class="keys">
        {COMMANDS.map(({ usage, does, moderates }) => (
          <div key={`${usage} ${moderates}`}>
            <dt>{usage}</dt>
            <dd>
              {does}
              {moderates && ` ${words.forModerators}`}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

/** The name, and when to call for attention. */
export function SettingsDialog({ chat, close, showKeys }: {
  chat: ChatModel;
  close: () => void;
  showKeys: () => void;
}) {
  const [blocked, setBlocked] = useState(false);
  const { current, preferences } = chat;
  const setRoomNotices = async (room: RoomModel, notices?: Attention) => {
    const asks = notices === "all" || notices === "mentions";
    setBlocked(asks && !await allowNotices());
    // The room's count follows it even where notifications are blocked.
    chat.setNotices(room, notices);
  };
  const setNotices = async (notices: Attention) => {
    const allowed = notices === "none" || await allowNotices();
    setBlocked(!allowed);
    chat.preferences = { ...preferences, notices: allowed ? notices : "none" };
  };
  return (
    <Dialog title={words.settings} close={close}>
      <NameForm chat={chat} />
      <Choice
        label={words.sound}
        value={preferences.sound}
        set={(sound) => chat.preferences = { ...preferences, sound }}
      />
      <Choice
        label={words.notifications}
        value={preferences.notices}
        set={setNotices}
      />
      {current !== undefined && (
        <RoomChoice
          label={words.notificationsIn(isolated(current.name))}
          value={current.notices}
          general={preferences.notices}
          set={(notices) => setRoomNotices(current, notices)}
        />
      )}
      {blocked && (
        <p class="problem" role="status">
          {words.notificationsBlocked}
        </p>
      )}
      <button type="button" class="plain" onClick={showKeys}>
        {words.keyboardShortcuts}
      </button>
      <p class="hint">
        <Words sentence={words.learn} />
      </p>
    </Dialog>
  );
}

function NameForm({ chat }: { chat: ChatModel }) {
  const [problem, setProblem] = useState("");
  const [saved, setSaved] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setSaved(false);
    try {
      await chat.rename(String(form.get("name")).trim());
      setProblem("");
      setSaved(true);
    } catch (error) {
      setProblem(errorWords(error as Error));
    }
  };
  return (
    <form class="field" onSubmit={submit}>
      <label for="name">{words.yourName}</label>
      <div>
        <input
          id="name"
          name="name"
          dir="auto"
          autocomplete="nickname"
          required
          defaultValue={chat.me ?? ""}
          aria-describedby="name-problem"
          aria-invalid={problem !== ""}
        />
        <button type="submit" class="primary">{words.change}</button>
      </div>
      <p id="name-problem" class={problem ? "problem" : "hint"} role="status">
        {problem || (saved ? words.youAreNow(isolated(chat.me ?? "")) : "")}
      </p>
    </form>
  );
}

function Choice({ label, value, set }: {
  label: string;
  value: Attention;
  set: (value: Attention) => void;
}) {
  return (
    <label class="field choice">
      <span>{label}</span>
      <select
        value={value}
        onChange={({ currentTarget }) => set(currentTarget.value as Attention)}
      >
        <Levels />
      </select>
    </label>
  );
}

/** The levels to choose from. */
function Levels() {
  return LEVELS.map(([level, label]) => (
    <option key={level} value={level}>{label}</option>
  ));
}

/** The choice for one room, which can also be the one for all rooms. */
function RoomChoice({ label, value, general, set }: {
  label: string;
  value: Attention | undefined;
  /** The choice for all rooms. */
  general: Attention;
  set: (value: Attention | undefined) => void;
}) {
  const [, generalLabel = ""] = LEVELS.find(([level]) => level === general) ??
    [];
  return (
    <div class="room-choice">
      <label class="field choice">
        <span>{label}</span>
        <select
          value={value ?? ""}
          aria-describedby="room-choice-hint"
          onChange={({ currentTarget }) => {
            const level = currentTarget.value;
            set(level === "" ? undefined : level as Attention);
          }}
        >
          <option value="">{words.byDefault(generalLabel)}</option>
          <Levels />
        </select>
      </label>
      <p class="hint" id="room-choice-hint">{words.countFollows}</p>
    </div>
  );
}
