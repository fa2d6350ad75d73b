/**
 * The signed token that lets us in where a server asks for one: which it is,
 * and taking a newer one while the client lives.
 */

import type { ClientRequest } from "../../protocol/requests.ts";
import type { ConnectionState, Unauthorized } from "../client_api.ts";
import { ClientError, type ClientErrorCode } from "../errors.ts";
import type { Asker } from "./pending_requests.ts";

/** What a permit needs of its client. */
export interface AccessTokenUser {
  state(): ConnectionState;
  ask(request: ClientRequest, asker: Asker): void;
  /** Listens to the state; returns what stops listening. */
  onState(listener: (state: ConnectionState) => void): () => void;
  /** There is another token to come in with. */
  retry(): void;
  /** Whether what is not sent, and what is shown as own, is somebody else's. */
  isOther(user: string | undefined): boolean;
}

/** Whether an error is about the token. */
export function isAboutToken(
  code: ClientErrorCode,
): code is Unauthorized["code"] {
  return code === "auth_required" || code === "auth_invalid" ||
    code === "auth_expired";
}

/**
 * Reads who a token is for, without checking it: the server does that.
 *
 * @param token Any token.
 * @returns Its `sub`; undefined for one that has none, or is no JWT.
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

/** The token of one client, and how it is replaced. */
export class AccessToken {
  readonly #user: AccessTokenUser;
  #token: string | undefined;
  /** What the last hello was sent with. */
  #said: string | undefined;

  /**
   * @param user The client.
   * @param token The first one, if there is any.
   */
  constructor(user: AccessTokenUser, token: string | undefined) {
    this.#user = user;
    this.#token = token;
  }

  /** What a hello has to bring along; said by asking for it. */
  forHello(): { readonly auth?: string } {
    this.#said = this.#token;
    return this.#token === undefined ? {} : { auth: this.#token };
  }

  /** Whether there is another token than the server was last told. */
  get isNewer(): boolean {
    return this.#token !== this.#said;
  }

  /**
   * Takes another token: over the connection where there is one, else with the
   * next hello.
   *
   * @param token The new one.
   * @returns Resolves when the server has taken it, rejects when it has not.
   */
  replace(token: string): Promise<void> {
    if (this.#user.isOther(userOf(token))) {
      return Promise.reject(
        new ClientError("somebody_else", {
          message: "This token is for somebody else. " +
            "Close this client, and connect another one with it",
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

  /** Brings a token over the living connection. */
  #renew(token: string): Promise<void> {
    const before = this.#said;
    this.#said = token;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#user.ask({ type: "auth", token }, {
      answered: () => resolve(),
      refused: (error) => {
        // What the server goes by is still the one before.
        if (this.#token === token && isAboutToken(error.code)) {
          this.#token = this.#said = before;
        }
        reject(error);
      },
    });
    return promise;
  }

  /** Waits until there is a connection, or will be none. */
  #atWelcome(token: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const heard = (state: ConnectionState) => {
      switch (state.phase) {
        case "open":
          // The hello may have gone out before the token came.
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
              message: "This was closed before the token was sent",
              retryable: false,
            }),
          );
          break;
        default:
          return;
      }
      stop();
    };
    const stop = this.#user.onState(heard);
    if (this.#user.state().phase === "closed") heard(this.#user.state());
    return promise;
  }
}
