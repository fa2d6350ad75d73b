/** Keeping order: what can be done about a message, a person and a room. Each
 * form does one thing, and says what came of it. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { durationWords } from "../../../protocol/duration.ts";
import { nameInWords } from "../../../protocol/text.ts";
import type { ChatModel, Subject } from "../model/chat_model.ts";
import { BANS, SLOWNESS } from "../model/write_access.ts";
import { isolated } from "../model/chat_words.ts";
import type { RoomModel } from "../model/room_model.ts";
import { closeDialog, Dialog } from "./dialog.tsx";
import { Words } from "./sentence.tsx";

/** Does something, and says what came of it. */
type Act = (act: () => Promise<string>) => void;

/** What was done last, and how to do something. */
function useAct(done: (words: string) => void): [string, Act] {
  const [problem, setProblem] = useState("");
  const act: Act = (act) => {
    setProblem("");
    act().then(done, ({ message }) => setProblem(message));
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
  const [problem, act] = useAct((words) => {
    chat.confirm(words);
    closeDialog();
  });
  const others = room.rules.moderates && name !== chat.me && !line?.mine;
  return (
    <Dialog
      title={line
        ? `Message by ${isolated(nameInWords(name))}`
        : isolated(name)}
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
          <button type="submit" class="danger">Remove message</button>
          <p class="hint">
            Deletes the text for everyone. Can’t be undone.
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
          Reason, shown to <Words sentence={[{ name }]} />
        </span>
        <input
          dir="auto"
          maxLength={200}
          placeholder="Optional"
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
          Remove from room
        </button>
        <span class="hint">for at least a minute</span>
      </div>
      <div class="pair">
        <button type="submit" class="danger">Ban</button>
        <select
          aria-label="Ban duration"
          value={forMs}
          onChange={({ currentTarget }) =>
            setForMs(Number(currentTarget.value))}
        >
          {BANS.map((ms) => (
            <option key={ms} value={ms}>for {durationWords(ms)}</option>
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
        <span>Also ban everyone at the same address</span>
      </label>
    </form>
  );
}

/** What can be done about a room. */
export function RoomDialog({ room, close }: {
  room: RoomModel;
  close: () => void;
}) {
  const { locked, slowMs } = room.rules;
  const [text, setText] = useState("");
  const [name, setName] = useState("");
  const [done, setDone] = useState("");
  const [problem, act] = useAct(setDone);
  const slow = SLOWNESS.includes(slowMs)
    ? SLOWNESS
    : [...SLOWNESS, slowMs].sort((a, b) => a - b);
  return (
    <Dialog title={`Moderation in ${isolated(room.name)}`} close={close}>
      <Doing submit={() => act(() => room.order.lock(!locked))}>
        <button type="submit" class="secondary">
          {locked ? "Unlock the room" : "Lock the room"}
        </button>
        <p class="hint">
          {locked
            ? "Only moderators can write here now."
            : "Only moderators will be able to write."}
        </p>
      </Doing>
      <label class="field choice">
        <span>Slow mode</span>
        <select
          value={slowMs}
          onChange={({ currentTarget }) => {
            const ms = Number(currentTarget.value);
            act(() => room.order.slow(ms));
          }}
        >
          {slow.map((ms) => (
            <option key={ms} value={ms}>
              {ms === 0 ? "Off" : `One message every ${durationWords(ms)}`}
            </option>
          ))}
        </select>
      </label>
      <Doing
        submit={() =>
          act(async () => {
            const words = await room.order.announce(text);
            setText("");
            return words;
          })}
      >
        <label class="field">
          <span>Announcement</span>
          <textarea
            rows={2}
            dir="auto"
            required
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
        <button type="submit" class="secondary">Announce</button>
      </Doing>
      <Doing submit={() => act(() => room.order.unban(name))}>
        <label class="field">
          <span>Name to unban</span>
          <input
            dir="auto"
            autocomplete="off"
            required
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <button type="submit" class="secondary">Unban</button>
      </Doing>
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
