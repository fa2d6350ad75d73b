/** The first visit: a name, and in. */

import { useState } from "preact/hooks";
import { BASE } from "../../base_path.ts";
import { words } from "../../words/chat_catalogue.ts";
import { Words } from "./sentence.tsx";

interface Props {
  readonly room: string;
  readonly problem: string;
  /** Goes in; an empty name asks the server for one. */
  readonly enter: (name: string) => void;
}

/** Asks what one wants to be called. */
export function Welcome({ room, problem, enter }: Props) {
  const [name, setName] = useState("");
  return (
    <main class="welcome">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          enter(name.trim());
        }}
      >
        <img src={`${BASE}assets/icon.svg`} alt="" width="56" height="56" />
        <h1>Hubbub</h1>
        <p>
          <Words sentence={words.aboutToJoin(room)} />
        </p>
        <label for="name">{words.askName}</label>
        <input
          id="name"
          dir="auto"
          autocomplete="nickname"
          autofocus
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
          aria-describedby="name-hint"
          aria-invalid={problem !== ""}
        />
        <p id="name-hint" class={problem ? "problem" : "hint"} role="status">
          {problem || words.nameIsOptional}
        </p>
        <button type="submit" class="primary">{words.join}</button>
      </form>
    </main>
  );
}
