/** A room in which nothing was said yet: how to bring others in. */

import { words } from "../../words/chat_catalogue.ts";
import { HOME } from "../../base_path.ts";
import { linkTo, socketUrl } from "../model/address.ts";
import type { WritingWords } from "../model/write_access.ts";

interface Props {
  readonly room: string;
  readonly access: WritingWords;
  readonly copy: (text: string, what: string) => void;
}

/** Friendly words, a link and a line of code. */
export function EmptyRoom({ room, access, copy }: Props) {
  const link = linkTo(HOME, room);
  const path = `/ws/${encodeURIComponent(room)}`;
  const code = `new WebSocket("${
    socketUrl(HOME, path)
  }").onopen = (e) => e.target.send("Hello")`;
  return (
    <div class="empty">
      <p>{access.empty}</p>
      {access.invites && (
        <Copyable label={words.shareLink} text={link} copy={copy} />
      )}
      {access.program && (
        <Copyable label={words.connectProgram} text={code} copy={copy} />
      )}
    </div>
  );
}

function Copyable({ label, text, copy }: {
  label: string;
  text: string;
  copy: Props["copy"];
}) {
  return (
    <div class="copyable">
      <span>{label}</span>
      <code dir="ltr">{text}</code>
      <button
        type="button"
        aria-label={words.copyWhat(label)}
        onClick={() => copy(text, words.copied)}
      >
        {words.copy}
      </button>
    </div>
  );
}
