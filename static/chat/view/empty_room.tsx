/** A room in which nothing was said yet: how to bring others in. */

import { HOME } from "../../base_path.ts";
import { linkTo, socketUrl } from "../model/address.ts";
import type { WritingWords } from "../model/write_access.ts";

interface Props {
  readonly room: string;
  readonly words: WritingWords;
  readonly copy: (text: string, what: string) => void;
}

/** Friendly words, a link and a line of code. */
export function EmptyRoom({ room, words, copy }: Props) {
  const link = linkTo(HOME, room);
  const path = `/ws/${encodeURIComponent(room)}`;
  const code = `new WebSocket("${
    socketUrl(HOME, path)
  }").onopen = (e) => e.target.send("Hello")`;
  return (
    <div class="empty">
      <p>{words.empty}</p>
      {words.invites && (
        <Copyable label="Share this link" text={link} copy={copy} />
      )}
      {words.program && (
        <Copyable label="Or connect from a program" text={code} copy={copy} />
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
        aria-label={`Copy: ${label}`}
        onClick={() => copy(text, "Copied")}
      >
        Copy
      </button>
    </div>
  );
}
