/** Asks for the token, where the server does not let one in without. */

import { useEffect, useRef, useState } from "preact/hooks";
import { BASE } from "../../base_path.ts";
import { words } from "../../words/chat_catalogue.ts";
import type { Unauthorized } from "../../../client/hubbub.ts";
import { readToken } from "../model/address.ts";
import { tokenWords } from "../model/chat_words.ts";

interface Props {
  /** What the server said last; a new one for each refusal. */
  readonly refusal: Unauthorized;
  /** Whether the server looks at a token. */
  readonly busy: boolean;
  readonly enter: (token: string) => void;
  /** Goes on without a token; what the token's user wrote is kept. */
  readonly enterAsGuest: () => void;
}

/** The form; what was written and is unsent waits behind it. */
export function TokenForm({ refusal, busy, enter, enterAsGuest }: Props) {
  const [token, setToken] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const first = refusal.code === "auth_required";
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [refusal]);
  return (
    <main class="welcome">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const read = readToken(token);
          if (read === "") field.current?.focus();
          else enter(read);
        }}
      >
        <img src={`${BASE}assets/icon.svg`} alt="" width="56" height="56" />
        <h1>Hubbub</h1>
        <p id="token-words" class={first ? "" : "problem"} role="status">
          {busy ? words.checkingToken : tokenWords(refusal)}
        </p>
        <label for="token">{words.accessToken}</label>
        <input
          id="token"
          ref={field}
          type="password"
          autocomplete="off"
          spellcheck={false}
          value={token}
          readOnly={busy}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
          aria-describedby="token-words"
          aria-invalid={!first && !busy}
        />
        <p class="hint">{words.tokenIsKept}</p>
        <button type="submit" class="primary" aria-disabled={busy}>
          {words.continue}
        </button>
        {!first && (
          <button type="button" onClick={enterAsGuest}>
            {words.continueAsGuest}
          </button>
        )}
      </form>
    </main>
  );
}
