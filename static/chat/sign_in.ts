/**
 * The way in: a token and a name, from the address, this tab, this browser or
 * a form. Ends where the connection begins.
 */

import { h, render } from "preact";
import { checkName } from "../../protocol/names.ts";
import {
  changesPerson,
  hasName,
  personIn,
  readAddress,
} from "./model/address.ts";
import type { Memory } from "./model/browser_storage.ts";
import type { Person, Persons } from "./model/persons.ts";
import type { Tab } from "./tab_storage.ts";
import { errorWords } from "./model/error_words.ts";
import { words } from "../words/chat_catalogue.ts";
import { Welcome } from "./view/welcome.tsx";

/** The person that a page speaks for, as far as it is known. */
export interface Now {
  readonly token?: string | undefined;
  readonly name?: string | undefined;
}

/**
 * Asks before a token of another person is taken.
 *
 * @param token The token that came.
 * @param now The token and the name one has.
 * @returns Whether to take it.
 */
export function mayTake(token: string, now: Now): boolean {
  return !changesPerson(token, now) || confirm(words.otherPerson);
}

/**
 * Takes a token out of the address, so that nobody reads or shares it there.
 * Asks before it takes one of another person: such a link can stand in any
 * message.
 *
 * @param now The token and the name one has.
 * @returns Undefined where there is none, or one is not to be taken.
 */
export function takeToken(now: Now): string | undefined {
  const { token } = readAddress(location.href);
  if (token === undefined) return undefined;
  history.replaceState(null, "", location.pathname + location.search);
  return mayTake(token, now) ? token : undefined;
}

/** Says what is wrong with a name; undefined for a good one, or none. */
function problemOf(name: string): string | undefined {
  try {
    if (name !== "") checkName(name);
    return undefined;
  } catch (error) {
    return errorWords(error as Error);
  }
}

/** Looks after the address until one is in. */
export class Entry {
  /** The signed token to go in with. */
  token: string | undefined;
  readonly #page: HTMLElement;
  readonly #tab: Tab;
  readonly #memory: Memory;
  #enter = (_name: string) => {};
  readonly #arrived = () => {
    this.#take();
    // Who has a name by then need not write one.
    if (hasName(this.token)) this.#enter("");
  };

  /**
   * @param page Where to ask for what is missing.
   * @param tab What this tab keeps.
   * @param memory What this browser keeps, for nobody yet.
   */
  constructor(page: HTMLElement, tab: Tab, memory: Memory) {
    this.#page = page;
    this.#tab = tab;
    this.#memory = memory;
    this.token = tab.token;
    this.#take();
    addEventListener("popstate", this.#arrived);
  }

  /**
   * Finds the person to go in as, and opens the memory for it.
   *
   * @param persons The persons of this browser.
   */
  async findPerson(persons: Persons): Promise<Person> {
    let name = await this.#findName(persons);
    let problem: string | undefined;
    while ((problem = problemOf(name)) !== undefined) {
      name = await this.askName(problem);
    }
    const person = persons.find(this.token, name);
    this.#memory.enter(person);
    return person;
  }

  /** The user of the token; undefined for a guest. */
  get user(): string | undefined {
    return this.token === undefined ? undefined : personIn(this.token);
  }

  async #findName(persons: Persons): Promise<string> {
    const { name: asked } = readAddress(location.href);
    if (this.user !== undefined) {
      this.#memory.enter(persons.find(this.token, ""));
    }
    return this.#tab.keptName(asked, this.user) ?? asked ??
      this.#memory.name ?? (hasName(this.token) ? "" : await this.askName());
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
    this.token = takeToken({ token, name: this.#memory.name }) ?? token;
    this.#tab.token = this.token;
  }
}
