/**
 * Permissions of one connection: a guest's, or those of its token until it
 * expires.
 */

import { HubbubError } from "../../protocol/errors.ts";
import type { Authority } from "./authenticator.ts";
import type { Cancel, Clock } from "../runtime/clock.ts";
import type { Permissions } from "./permissions.ts";

/** Maximum delay of a runtime timer, in milliseconds. */
const MOST_TIMER_MS = 2 ** 31 - 1;

/** Options of a {@linkcode ConnectionCredentials}. */
export interface ConnectionCredentialsOptions {
  readonly authority: Authority;
  readonly clock: Clock;
  /** Called when the token expired without renewal. */
  readonly expired: () => void;
}

/** Permissions of one connection. */
export class ConnectionCredentials {
  readonly #options: ConnectionCredentialsOptions;
  #permissions: Permissions;
  #expiry: Cancel | null = null;
  #stopped = false;

  constructor(options: ConnectionCredentialsOptions) {
    this.#options = options;
    this.#permissions = options.authority.guest;
  }

  /** The current permissions. */
  get permissions(): Permissions {
    return this.#permissions;
  }

  /** @throws {HubbubError} `auth_required`. */
  mustBeWelcome(): void {
    const { authority } = this.#options;
    if (this.#permissions !== authority.guest || authority.guestsEnter) return;
    throw new HubbubError("auth_required");
  }

  /**
   * Applies a token's permissions.
   *
   * @param token A signed token.
   * @param held Permissions of an existing session: the token must be for the
   * same user.
   * @param take Must succeed before the permissions apply; otherwise the
   * previous ones remain.
   * @returns Whether the result still matters; false after {@linkcode stop}.
   * @throws {HubbubError} `auth_invalid` or `auth_expired`, and errors of
   * `take`.
   */
  async show(
    token: string,
    held: () => Permissions | undefined,
    take: (permissions: Permissions) => Promise<void> = () => Promise.resolve(),
  ): Promise<boolean> {
    const permissions = await this.#options.authority.verify(token);
    if (this.#stopped) return false;
    const before = held();
    if (before !== undefined && permissions.user !== before.user) {
      throw new HubbubError("auth_invalid", {
        message: "This token is for somebody else. Send one for yourself",
      });
    }
    await take(permissions);
    if (this.#stopped) return false;
    this.#permissions = permissions;
    this.#watchExpiry();
    return true;
  }

  /** Stops the expiry timer. */
  stop(): void {
    this.#stopped = true;
    this.#expiry?.();
  }

  #watchExpiry(): void {
    this.#expiry?.();
    this.#expiry = null;
    const { until } = this.#permissions;
    if (until === Infinity) return;
    const { clock, expired } = this.#options;
    const left = Math.max(until - clock.now(), 0);
    this.#expiry = clock.after(Math.min(left, MOST_TIMER_MS), () => {
      if (clock.now() < until) this.#watchExpiry();
      else expired();
    });
  }
}
