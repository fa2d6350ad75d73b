/**
 * The way in: a token and a name, from the address, this tab, this browser or
 * a form. Ends where the connection begins.
 */

import { h, render } from "preact";
import { changesPerson, hasName, readAddress } from "./model/address.ts";
import { keepToken, keptName, keptToken } from "./tab_leader.ts";
import { Welcome } from "./view/welcome.tsx";

const OTHER_PERSON = "This link signs you in as somebody else. Go on only if " +
  "you trust whoever gave it to you.";

/**
 * Takes a token out of the address, so that nobody reads or shares it there.
 * Asks before it takes one of another person: such a link can stand in any
 * message.
 *
 * @param now The token and the name one has.
 * @returns Undefined where there is none, or one is not to be taken.
 */
export function takeToken(
  now: { readonly token?: string; readonly name?: string },
): string | undefined {
  const { token } = readAddress(location.href);
  if (token === undefined) return undefined;
  history.replaceState(null, "", location.pathname + location.search);
  return changesPerson(token, now) && !confirm(OTHER_PERSON)
    ? undefined
    : token;
}

/** Looks after the address until one is in. */
export class Entry {
  /** The signed token to go in with. */
  token = keptToken();
  readonly #page: HTMLElement;
  readonly #name: string | undefined;
  #enter = (_name: string) => {};
  readonly #arrived = () => {
    this.#take();
    // Who has a name by then need not write one.
    if (hasName(this.token)) this.#enter("");
  };

  /**
   * @param page Where to ask for what is missing.
   * @param name The name that this browser goes by, if it has one.
   */
  constructor(page: HTMLElement, name: string | undefined) {
    this.#page = page;
    this.#name = name;
    this.#take();
    addEventListener("popstate", this.#arrived);
  }

  /**
   * Finds the name to go in with.
   *
   * @param remembered The one this browser went by the last time.
   * @returns Empty: the token, or the server, gives one.
   */
  async findName(remembered: string | undefined): Promise<string> {
    const { name: asked } = readAddress(location.href);
    return keptName(asked) ?? asked ?? remembered ??
      (hasName(this.token) ? "" : await this.askName());
  }

  /**
   * Asks for a name.
   *
   * @param problem What is wrong with the one before.
   */
  askName(problem = ""): Promise<string> {
    const { room } = readAddress(location.href);
    return new Promise((enter) => {
      this.#enter = enter;
      render(h(Welcome, { room, problem, enter }), this.#page);
    });
  }

  /** One is in: from now on the address is somebody else's. */
  close(): void {
    removeEventListener("popstate", this.#arrived);
  }

  #take(): void {
    const { token } = this;
    const name = this.#name;
    const now = { ...(token && { token }), ...(name && { name }) };
    this.token = takeToken(now) ?? token;
    keepToken(this.token);
  }
}
