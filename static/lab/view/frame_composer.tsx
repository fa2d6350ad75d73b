/** What a client sends: text, bytes as hex, a file, or what the lesson says. */

import { composes } from "../../keys.ts";
import { useRef, useState } from "preact/hooks";
import type { LabClient } from "../lab_client.ts";
import { words } from "../../words/lab_catalogue.ts";
import { parseHex } from "../model/bytes.ts";

type Kind = "text" | "hex" | "file";

const KINDS: readonly Kind[] = ["text", "hex", "file"];

const SHORT = 24;

/** What an example's line is called on a button. */
function short(text: string): string {
  try {
    const { type } = JSON.parse(text);
    if (typeof type === "string") return type;
  } catch {
    // Plain text, then.
  }
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}

/** The field and its buttons. */
export function Composer({ client }: { client: LabClient }) {
  const [kind, setKind] = useState<Kind>("text");
  const [drafts, setDrafts] = useState({ text: "", hex: "" });
  const [problem, setProblem] = useState("");
  // Of the name to give: the other client, and other people, give another.
  const [number] = useState(() => Math.floor(Math.random() * 1000));
  const file = useRef<HTMLInputElement>(null);
  const { name, endpoint } = client;
  const idle = client.connection.path.length === 0;
  const hello = endpoint?.hello ?? "Hello";
  const says = [
    ...(endpoint?.givesName === undefined
      ? []
      : [`${endpoint.givesName} ${number}`]),
    ...endpoint?.says ?? [],
  ].filter((text) => text !== hello);

  const send = async () => {
    if (idle) return setProblem(words.connectFirst);
    setProblem("");
    try {
      if (kind === "text") client.send(drafts.text);
      else if (kind === "hex") client.send(parseHex(drafts.hex));
      else {
        const [chosen] = file.current?.files ?? [];
        if (chosen === undefined) return setProblem(words.chooseFileFirst);
        client.send(new Uint8Array(await chosen.arrayBuffer()));
      }
    } catch (error) {
      setProblem((error as Error).message);
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
      <div class="bar">
        <div class="kinds" role="group" aria-label={words.kindOfData}>
          {KINDS.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === kind}
              onClick={() => {
                setKind(each);
                setProblem("");
              }}
            >
              {words.kinds[each]}
            </button>
          ))}
        </div>
        <div class="says">
          {/* Where a name is asked for, "Hello" would become it. */}
          {endpoint?.givesName === undefined && (
            <button
              type="button"
              class="secondary"
              aria-disabled={idle}
              title={hello}
              onClick={() => !idle && client.send(hello)}
            >
              {words.sendHello}
            </button>
          )}
          {says.map((text) => (
            <button
              key={text}
              type="button"
              class="secondary mono"
              aria-disabled={idle}
              aria-label={words.sendText(text)}
              title={words.sendText(text)}
              onClick={() => !idle && client.send(text)}
            >
              {short(text)}
            </button>
          ))}
        </div>
      </div>
      <div class="field">
        {kind === "file"
          ? (
            <input
              type="file"
              ref={file}
              aria-label={words.fileFrom(name)}
            />
          )
          : (
            <textarea
              class={kind === "hex" ? "mono" : ""}
              rows={1}
              dir="auto"
              aria-label={kind === "hex"
                ? words.bytesFrom(name)
                : words.textFrom(name)}
              aria-describedby={`problem-${name}`}
              aria-invalid={problem !== ""}
              placeholder={kind === "hex"
                ? "48 65 6c 6c 6f"
                : words.textOfFrame}
              spellcheck={false}
              value={drafts[kind]}
              onInput={({ currentTarget }) =>
                setDrafts({ ...drafts, [kind]: currentTarget.value })}
              onKeyDown={(event) => {
                if (event.key !== "Enter" || event.shiftKey) return;
                if (composes(event)) return;
                event.preventDefault();
                send();
              }}
            />
          )}
        <button type="submit" class="primary" aria-disabled={idle}>
          {words.send}
        </button>
      </div>
      <p class="problem" id={`problem-${name}`} role="status">{problem}</p>
    </form>
  );
}
