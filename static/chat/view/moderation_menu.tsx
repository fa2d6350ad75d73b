/** Keeping order: what can be done about a message, a person and a room. Each
 * form does one thing, and says what came of it. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { words } from "../../words/chat_catalogue.ts";
import { errorWords } from "../model/error_words.ts";
import { nameWords } from "../model/chat_words.ts";
import type { ChatModel, Subject } from "../model/chat_model.ts";
import { BANS, SLOWNESS } from "../model/write_access.ts";
import { isolated } from "../model/chat_words.ts";
import type { RoomModel } from "../model/room_model.ts";
import { BanList, type ReadBans } from "./ban_list.tsx";
import { closeDialog, Dialog } from "./dialog.tsx";
import { Words } from "./sentence.tsx";

/** Does something, and says what came of it. */
type Act = (act: () => Promise<string>) => void;

/** What was done last, and how to do something. */
function useAct(done: (text: string) => void): [string, Act] {
  const [problem, setProblem] = useState("");
  const act: Act = (act) => {
    setProblem("");
    act().then(done, (error) => setProblem(errorWords(error)));
  };
  return [problem, act];
}

/** What can be done about a message, and about who wrote it. */
export function SubjectDialog({ chat, subject, close }: {
  chat: ChatModel;
  subject: Subject;
  close: () => void;
}) {
  const { name, line, room } = subject;
  const [problem, act] = useAct((text) => {
    chat.confirm(text);
    closeDialog();
  });
  const others = room.rules.moderates && name !== chat.me && !line?.mine;
  return (
    <Dialog
      title={line ? words.messageBy(isolated(nameWords(name))) : isolated(name)}
      close={close}
    >
      {line?.removed === false && line.seq !== undefined && (
        <form
          class="act"
          onSubmit={(event) => {
            event.preventDefault();
            act(() => room.order.remove(line.seq as number));
          }}
        >
          <blockquote dir="auto">{line.text}</blockquote>
          <button type="submit" class="danger">{words.removeMessage}</button>
          <p class="hint">
            {words.removalIsFinal}
          </p>
        </form>
      )}
      {others && <SendAway room={room} name={name} act={act} />}
      <p class="problem" role="alert">{problem}</p>
    </Dialog>
  );
}

function SendAway({ room, name, act }: {
  room: RoomModel;
  name: string;
  act: Act;
}) {
  const [reason, setReason] = useState("");
  const [forMs, setForMs] = useState(BANS[0] ?? 0);
  const [withAddress, setWithAddress] = useState(false);
  return (
    <form
      class="act"
      onSubmit={(event) => {
        event.preventDefault();
        act(() => room.order.ban(name, { forMs, reason, withAddress }));
      }}
    >
      <label class="field">
        <span>
          <Words sentence={words.reasonShownTo(name)} />
        </span>
        <input
          dir="auto"
          maxLength={200}
          placeholder={words.optional}
          value={reason}
          onInput={({ currentTarget }) => setReason(currentTarget.value)}
        />
      </label>
      <div class="pair">
        <button
          type="button"
          class="secondary"
          onClick={() => act(() => room.order.kick(name, reason))}
        >
          {words.removeFromRoom}
        </button>
        <span class="hint">{words.forAMinute}</span>
      </div>
      <div class="pair">
        <button type="submit" class="danger">{words.ban}</button>
        <select
          aria-label={words.banDuration}
          value={forMs}
          onChange={({ currentTarget }) =>
            setForMs(Number(currentTarget.value))}
        >
          {BANS.map((ms) => (
            <option key={ms} value={ms}>{words.forTime(ms)}</option>
          ))}
        </select>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={withAddress}
          onChange={({ currentTarget }) =>
            setWithAddress(currentTarget.checked)}
        />
        <span>{words.banAddress}</span>
      </label>
    </form>
  );
}

/** What can be done about a room. */
export function RoomDialog({ room, readBans, close }: {
  room: RoomModel;
  readBans: ReadBans;
  close: () => void;
}) {
  const { locked, slowMs } = room.rules;
  const [text, setText] = useState("");
  const [done, setDone] = useState("");
  const [problem, act] = useAct(setDone);
  const slow = SLOWNESS.includes(slowMs)
    ? SLOWNESS
    : [...SLOWNESS, slowMs].sort((a, b) => a - b);
  return (
    <Dialog title={words.moderationIn(isolated(room.name))} close={close}>
      <Doing submit={() => act(() => room.order.lock(!locked))}>
        <button type="submit" class="secondary">
          {locked ? words.unlockRoom : words.lockRoom}
        </button>
        <p class="hint">
          {locked ? words.onlyModeratorsNow : words.onlyModeratorsThen}
        </p>
      </Doing>
      <label class="field choice">
        <span>{words.slowMode}</span>
        <select
          value={slowMs}
          onChange={({ currentTarget }) => {
            const ms = Number(currentTarget.value);
            act(() => room.order.slow(ms));
          }}
        >
          {slow.map((ms) => (
            <option key={ms} value={ms}>
              {ms === 0 ? words.off : words.oneMessageEvery(ms)}
            </option>
          ))}
        </select>
      </label>
      <Doing
        submit={() =>
          act(async () => {
            const done = await room.order.announce(text);
            setText("");
            return done;
          })}
      >
        <label class="field">
          <span>{words.announcement}</span>
          <textarea
            rows={2}
            dir="auto"
            required
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
        <button type="submit" class="secondary">{words.announce}</button>
      </Doing>
      <BanList room={room} readBans={readBans} act={act} />
      <p class={problem ? "problem" : "hint"} role="status">
        {problem || done}
      </p>
    </Dialog>
  );
}

function Doing({ submit, children }: {
  submit: () => void;
  children: ComponentChildren;
}) {
  return (
    <form
      class="act"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {children}
    </form>
  );
}
