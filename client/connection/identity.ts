/** Who we are to the server: name, session, and how the hello asks for them. */

import type { Limits, WelcomeEvent } from "../../protocol/events.ts";
import type { HelloRequest } from "../../protocol/requests.ts";
import type { SavedOutbox, Settings } from "../options.ts";

/** After as many names in vain the server is asked to give one. */
const NAME_ATTEMPTS = 5;

/** Name and session of one client. */
export class Identity {
  readonly #settings: Settings;
  /** What the next hello asks for. */
  #wanted: string | undefined;
  /** What the server said. */
  #name: string | undefined;
  /** The first of the names that were taken, until the server has welcomed. */
  #taken: string | undefined;
  #attempts = 0;
  #token: string | undefined;
  #guest: string | undefined;
  #welcome: WelcomeEvent | undefined;

  /**
   * @param settings With the wanted name.
   * @param secrets Of a session to resume, and of the guest one is.
   */
  constructor(
    settings: Settings,
    { token, guest }: {
      readonly token: string | undefined;
      readonly guest: string | undefined;
    },
  ) {
    this.#settings = settings;
    this.#wanted = settings.name;
    this.#token = token;
    this.#guest = guest;
  }

  get name(): string | undefined {
    return this.#name ?? this.#wanted;
  }

  get session(): string | undefined {
    return this.#welcome?.session;
  }

  get token(): string | undefined {
    return this.#token;
  }

  get guest(): string | undefined {
    return this.#guest;
  }

  /** Whether so many names were refused that asking on needs a pause: the name
   * may be a token's, which cannot be another one. */
  get exhausted(): boolean {
    return this.#attempts > NAME_ATTEMPTS;
  }

  get limits(): Limits | undefined {
    return this.#welcome?.limits;
  }

  /** The hello that asks for name and session. */
  get hello(): HelloRequest {
    const name = this.#wanted;
    const token = this.#token;
    const guest = this.#guest;
    return {
      type: "hello",
      batch: true,
      ...(name !== undefined && { name }),
      ...(token !== undefined && { token }),
      ...(guest !== undefined && { guest }),
    };
  }

  /** Is who has left this, from now on. */
  takeUp({ token, guest }: SavedOutbox): void {
    this.#token = token;
    this.#guest = guest;
  }

  /** The wanted name is taken: the next hello asks for another. */
  nameTaken(suggestion: string | undefined): void {
    const taken = this.#wanted;
    this.#attempts++;
    this.#wanted = taken === undefined || this.#attempts >= NAME_ATTEMPTS
      ? undefined
      : this.#settings.onNameTaken(taken, suggestion);
    this.#taken ??= taken;
  }

  /**
   * The server took the hello.
   *
   * @returns The wanted name, if it could not be had.
   */
  welcomed(event: WelcomeEvent): string | undefined {
    // One that is had after all is not taken.
    const taken = this.#taken === event.name ? undefined : this.#taken;
    this.#taken = undefined;
    this.#attempts = 0;
    this.#welcome = event;
    this.#token = event.token;
    this.#guest = event.guest ?? this.#guest;
    return taken;
  }

  /**
   * The server said what the name is.
   *
   * @returns Whether it is another one than before, and which that was.
   */
  named(name: string): { before: string | undefined } | undefined {
    const before = this.#name;
    this.#name = this.#wanted = name;
    return before === name ? undefined : { before };
  }
}
