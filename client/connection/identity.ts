/** The client's name and session, and the hello that asks for them. */

import type { Limits, WelcomeEvent } from "../../protocol/events.ts";
import type { HelloRequest } from "../../protocol/requests.ts";
import type { SavedOutbox, Settings } from "../options.ts";

/** After this many taken names, the client lets the server pick one. */
const NAME_ATTEMPTS = 5;

/** The name and session of one client. */
export class Identity {
  readonly #settings: Settings;
  /** The name that the next hello asks for. */
  #wanted: string | undefined;
  /** The name that the server gave. */
  #name: string | undefined;
  /** The first name that was taken; cleared by the welcome. */
  #taken: string | undefined;
  #attempts = 0;
  #token: string | undefined;
  #guest: string | undefined;
  #welcome: WelcomeEvent | undefined;

  /**
   * @param settings The settings, with the wanted name.
   * @param secrets The resume token and the guest secret.
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

  /** Whether the client has to wait before it asks again. The name of an access
   * token cannot change, so every further hello may be rejected. */
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

  /** Restores the resume token and guest secret of a saved outbox. */
  restore({ token, guest }: SavedOutbox): void {
    this.#token = token;
    this.#guest = guest;
  }

  /** Picks another name for the next hello: the wanted one is taken. */
  nameTaken(suggestion: string | undefined): void {
    const taken = this.#wanted;
    this.#attempts++;
    this.#wanted = taken === undefined || this.#attempts >= NAME_ATTEMPTS
      ? undefined
      : this.#settings.onNameTaken(taken, suggestion);
    this.#taken ??= taken;
  }

  /**
   * Stores the server's welcome.
   *
   * @returns The wanted name, if it was taken.
   */
  welcomed(event: WelcomeEvent): string | undefined {
    // The name may have become free again.
    const taken = this.#taken === event.name ? undefined : this.#taken;
    this.#taken = undefined;
    this.#attempts = 0;
    this.#welcome = event;
    this.#token = event.token;
    this.#guest = event.guest ?? this.#guest;
    return taken;
  }

  /**
   * Stores the name that the server gave.
   *
   * @returns The previous name, or undefined if the name is the same.
   */
  named(name: string): { before: string | undefined } | undefined {
    const before = this.#name;
    this.#name = this.#wanted = name;
    return before === name ? undefined : { before };
  }
}
