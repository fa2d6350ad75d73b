/** The access token of a client, and replacing it while the client runs. */

import type { ClientRequest } from "../../protocol/requests.ts";
import type { ConnectionState, Unauthorized } from "../client_api.ts";
import { ClientError, type ClientErrorCode } from "../errors.ts";
import type { Asker } from "./pending_requests.ts";

/** The part of a client that {@linkcode AccessToken} uses. */
export interface AccessTokenUser {
  state(): ConnectionState;
  ask(request: ClientRequest, asker: Asker): void;
  /** Adds a listener for the state; returns a function that removes it. */
  onState(listener: (state: ConnectionState) => void): () => void;
  /** Reconnects with the new token, if the client waits for one. */
  retry(): void;
  /** Returns whether the client belongs to another user than this one. */
  isOther(user: string | undefined): boolean;
}

/** Returns whether an error is about the access token. */
export function isAboutToken(
  code: ClientErrorCode,
): code is Unauthorized["code"] {
  return code === "auth_required" || code === "auth_invalid" ||
    code === "auth_expired";
}

/**
 * Returns the user of an access token. Does not verify the token; the server
 * does.
 *
 * @param token Any token.
 * @returns Its `sub`; undefined if it has none or is not a JWT.
 */
export function userOf(token: string | undefined): string | undefined {
  const [, claims = ""] = token?.split(".") ?? [];
  try {
    const json = atob(claims.replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = Uint8Array.from(json, (unit) => unit.charCodeAt(0));
    const { sub } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof sub === "string" ? sub : undefined;
  } catch {
    return undefined;
  }
}

/** The access token of one client. */
export class AccessToken {
  readonly #user: AccessTokenUser;
  #token: string | undefined;
  /** The token that the client sent last. */
  #sent: string | undefined;

  /**
   * @param user The client.
   * @param token The first token, if the client has one.
   */
  constructor(user: AccessTokenUser, token: string | undefined) {
    this.#user = user;
    this.#token = token;
  }

  /** Returns the hello's token field, and remembers the token as sent. */
  forHello(): { readonly auth?: string } {
    this.#sent = this.#token;
    return this.#token === undefined ? {} : { auth: this.#token };
  }

  /** Whether the token was replaced since the client last sent one. */
  get isNewer(): boolean {
    return this.#token !== this.#sent;
  }

  /**
   * Replaces the token: sends it over an open connection, else with the next
   * hello.
   *
   * @param token The new token.
   * @returns Resolves when the server accepts the token; rejects otherwise.
   */
  replace(token: string): Promise<void> {
    if (this.#user.isOther(userOf(token))) {
      return Promise.reject(
        new ClientError("somebody_else", {
          message: "This token belongs to another user. " +
            "Close this client, and connect a new one with it",
          retryable: false,
        }),
      );
    }
    this.#token = token;
    if (this.#user.state().phase === "open") return this.#renew(token);
    const taken = this.#atWelcome(token);
    this.#user.retry();
    return taken;
  }

  /** Sends a token over the open connection. */
  #renew(token: string): Promise<void> {
    const before = this.#sent;
    this.#sent = token;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#user.ask({ type: "auth", token }, {
      answered: () => resolve(),
      refused: (error) => {
        // The server still uses the previous token.
        if (this.#token === token && isAboutToken(error.code)) {
          this.#token = this.#sent = before;
        }
        reject(error);
      },
    });
    return promise;
  }

  /** Waits until the server accepts or rejects the next hello. */
  #atWelcome(token: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const changed = (state: ConnectionState) => {
      switch (state.phase) {
        case "open":
          // The hello may have been sent before the token was replaced.
          resolve(
            this.#token === token && this.isNewer
              ? this.#renew(token)
              : undefined,
          );
          break;
        case "unauthorized": {
          const { code, reason: message } = state;
          reject(new ClientError(code, { message, retryable: false }));
          break;
        }
        case "closed":
          reject(
            new ClientError("closed", {
              message: "The client was closed before it sent the token. " +
                "Connect a new client",
              retryable: false,
            }),
          );
          break;
        default:
          return;
      }
      stop();
    };
    const stop = this.#user.onState(changed);
    if (this.#user.state().phase === "closed") changed(this.#user.state());
    return promise;
  }
}
