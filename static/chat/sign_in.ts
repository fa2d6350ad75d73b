/**
 * The way in: a token and a name, from the address, this tab, this browser or
 * a form. Ends where the connection begins.
 */

import { h, render } from "preact";
import { hasName, readAddress } from "./model/address.ts";
import { keepToken, keptName, keptToken } from "./tab_leader.ts";
import { Welcome } from "./view/welcome.tsx";

/** Takes a token out of the address, so that nobody reads or shares it there. */
export function takeToken(): string | undefined {
  const { token } = readAddress(location.href);
  if (token !== undefined) {
    history.replaceState(null, "", location.pathname + location.search);
  }
  return token;
}

/** Looks after the address until one is in. */
export class Entry {
  /** The signed token to go in with. */
  token = keptToken();
  readonly #page: HTMLElement;
  #enter = (_name: string) => {};
  readonly #arrived = () => {
    this.#take();
    // Who has a name by then need not write one.
    if (hasName(this.token)) this.#enter("");
  };

  /** @param page Where to ask for what is missing. */
  constructor(page: HTMLElement) {
    this.#page = page;
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
    this.token = takeToken() ?? this.token;
    keepToken(this.token);
  }
}
