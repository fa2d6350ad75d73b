/**
 * What the user of one connection may do: as a guest, or by the token that it
 * showed, until that expires.
 */

import { HubbubError } from "../../protocol/errors.ts";
import type { Authority } from "./authenticator.ts";
import type { Cancel, Clock } from "../runtime/clock.ts";
import type { Permissions } from "./permissions.ts";

/** The longest a timer of the runtime can be, milliseconds. */
const MOST_TIMER_MS = 2 ** 31 - 1;

/** What a {@linkcode ConnectionCredentials} needs. */
export interface ConnectionCredentialsOptions {
  readonly authority: Authority;
  readonly clock: Clock;
  /** Called when its rights have ended and were not renewed. */
  readonly expired: () => void;
}

/** The rights of one connection. */
export class ConnectionCredentials {
  readonly #options: ConnectionCredentialsOptions;
  #permissions: Permissions;
  #expiry: Cancel | null = null;
  #stopped = false;

  constructor(options: ConnectionCredentialsOptions) {
    this.#options = options;
    this.#permissions = options.authority.guest;
  }

  /** What it allows now. */
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
   * Takes a token: its bearer has the rights that it grants.
   *
   * @param token A signed one.
   * @param held The grant of a session that has begun: the token has to be for
   * the same user.
   * @param take What else has to take the grant; when it fails, the one before
   * holds on.
   * @returns Whether it still matters; not after {@linkcode stop}.
   * @throws {HubbubError} `auth_invalid` or `auth_expired`, and what `take`
   * throws.
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

  /** Nothing expires any more. */
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
