/**
 * Verifies signed tokens (JWT, RFC 7519) and returns which rooms their bearers
 * may read, write and moderate. Without a key, the server is open to all.
 */

import {
  createLocalJWKSet,
  errors,
  importSPKI,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from "jose";
import { HubbubError } from "../../protocol/errors.ts";
import { normalizedRoom } from "../../protocol/names.ts";
import type { Right } from "../../protocol/rights.ts";
import { MAX_SUBJECT } from "../../protocol/v1.ts";
import { systemClock } from "../runtime/clock.ts";
import { isOperatorToken, OPERATOR, OPERATOR_USER } from "./operator_token.ts";
import type { Permissions } from "./permissions.ts";

/** Settings of token verification. */
export interface AuthoritySettings {
  /** Secret of HS256 tokens, at least 32 characters. */
  readonly secret?: string | undefined;
  /** A public key (PEM, SPKI) or a JWK Set (RFC 7517), as text. */
  readonly keys?: string | undefined;
  /** Permissions without a token; without any key, guests may write. */
  readonly guests: "none" | "read" | "write";
  /** Required `aud` claim: rejects tokens for other services that share the
   * keys. */
  readonly audience?: string | undefined;
  /** Required `iss` claim. */
  readonly issuer?: string | undefined;
}

/** Supported asymmetric algorithms. HS256 is allowed with a secret only, so
 * that a public key cannot be used as one (RFC 8725, 3.1). */
const ALGORITHMS = ["EdDSA", "ES256", "ES384", "RS256", "PS256"];

/** Tolerated clock difference, in seconds. */
const TOLERANCE_S = 5;

/** Why a token was rejected, for the log. Contains only times of the token. */
export interface TokenRefusal {
  /** The failed check, such as `signature`, `algorithm` or `claim nbf`. */
  readonly check: string;
  /** For a time claim: seconds from this server's clock to it, negative if
   * passed. */
  readonly secondsAhead?: number;
}

type Key =
  | Uint8Array
  | Awaited<ReturnType<typeof importSPKI>>
  | JWTVerifyGetKey;

/** Verifies tokens. */
export class Authority {
  readonly #key: Key | null;
  readonly #options: JWTVerifyOptions;
  readonly #operator: string | undefined;
  #onRefused: ((refusal: TokenRefusal) => void) | undefined;
  /** Permissions without a token. */
  readonly guest: Permissions;

  private constructor(
    key: Key | null,
    options: JWTVerifyOptions,
    guests: Right[],
    operator?: string,
  ) {
    this.#key = key;
    this.#operator = operator;
    this.#options = options;
    this.guest = {
      until: Infinity,
      allows: (right) => guests.includes(right),
    };
  }

  /**
   * Loads the key.
   *
   * @param settings A secret, keys, or neither for an open server.
   * @throws {TypeError} When the keys are invalid.
   */
  static async create(
    { secret, keys, guests, audience, issuer }: AuthoritySettings,
  ): Promise<Authority> {
    const rights: Right[] = guests === "none"
      ? []
      : guests === "read"
      ? ["read"]
      : ["read", "write"];
    const withAlgorithms = (algorithms: string[]): JWTVerifyOptions => ({
      algorithms,
      clockTolerance: TOLERANCE_S,
      ...(audience !== undefined && { audience }),
      ...(issuer !== undefined && { issuer }),
    });
    if (secret !== undefined) {
      const key = new TextEncoder().encode(secret);
      return new Authority(key, withAlgorithms(["HS256"]), rights);
    }
    if (keys === undefined) return Authority.open();
    if (keys.trimStart().startsWith("{")) {
      const set = createLocalJWKSet(JSON.parse(keys));
      return new Authority(set, withAlgorithms(ALGORITHMS), rights);
    }
    // The key determines its algorithm; try each.
    for (const algorithm of ALGORITHMS) {
      try {
        const key = await importSPKI(keys, algorithm);
        return new Authority(key, withAlgorithms([algorithm]), rights);
      } catch {
        continue;
      }
    }
    throw new TypeError("It is neither a public key (PEM) nor a JWK Set");
  }

  /**
   * Creates an open server: everybody may read and write, only the operator may
   * moderate.
   *
   * @param operator The operator's token, if any.
   */
  static open(operator?: string): Authority {
    return new Authority(null, {}, ["read", "write"], operator);
  }

  /** Whether clients may connect without a token. */
  get guestsEnter(): boolean {
    return this.guest.allows("read", "");
  }

  /** Whether the server checks tokens. */
  get checks(): boolean {
    return this.#key !== null;
  }

  /** Sets a callback for each token that {@linkcode verify} rejects. */
  watch(onRefused: (refusal: TokenRefusal) => void): void {
    this.#onRefused = onRefused;
  }

  /**
   * Verifies a token.
   *
   * @param token The token; never log it.
   * @returns The bearer's permissions. Without a key, the operator's token
   * allows everything and others get a guest's permissions.
   * @throws {HubbubError} `auth_expired` or `auth_invalid`.
   */
  async verify(token: string): Promise<Permissions> {
    if (this.#key === null) {
      const operator = this.#operator;
      return operator !== undefined && isOperatorToken(token, operator)
        ? OPERATOR
        : this.guest;
    }
    try {
      const { payload } = typeof this.#key === "function"
        ? await jwtVerify(token, this.#key, this.#options)
        : await jwtVerify(token, this.#key, this.#options);
      return grantOf(payload);
    } catch (error) {
      this.#onRefused?.(refusalOf(error));
      if (error instanceof HubbubError) throw error;
      if (error instanceof errors.JWTExpired) {
        throw new HubbubError("auth_expired");
      }
      if (
        error instanceof errors.JWTClaimValidationFailed &&
        (error.claim === "aud" || error.claim === "iss")
      ) {
        throw new HubbubError("auth_invalid", {
          message: `The token's claim "${error.claim}" is not the one this ` +
            "server asks for. Ask for a token that is made for this server",
        });
      }
      // The signature was valid.
      if (isNotYetValid(error)) {
        throw new HubbubError("auth_invalid", {
          message: "The access token is not valid yet. Check the clocks of " +
            "this server and of the one that made the token",
        });
      }
      throw new HubbubError("auth_invalid");
    }
  }
}

function isNotYetValid(error: unknown): boolean {
  return error instanceof errors.JWTClaimValidationFailed &&
    error.claim === "nbf" && error.reason === "check_failed";
}

/** Returns which check a token failed. */
function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof HubbubError) return { check: error.message };
  if (
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTExpired
  ) {
    const { claim, payload } = error;
    const time = payload[claim];
    return {
      check: `claim ${claim}`,
      ...(["nbf", "iat", "exp"].includes(claim) && typeof time === "number" &&
        { secondsAhead: Math.round(time - systemClock.now() / 1000) }),
    };
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return { check: "signature" };
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return { check: "algorithm" };
  if (error instanceof errors.JWKSNoMatchingKey) return { check: "key id" };
  return { check: "format" };
}

function strings(value: unknown, claim: string): string[] | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((v) => typeof v === "string")) {
    return value;
  }
  throw new HubbubError("auth_invalid", {
    message: `The token's claim "${claim}" must be a list of strings`,
  });
}

/**
 * Validates an identity claim: it is compared, stored and displayed, and can be
 * banned.
 *
 * @throws {HubbubError} `auth_invalid`.
 */
function identity(value: unknown, claim: string): string | undefined {
  if (value === undefined) return undefined;
  const fits = typeof value === "string" && value !== "" &&
    value.length <= MAX_SUBJECT && !/[\p{Cc}\p{Cs}]/u.test(value);
  if (fits) return value;
  throw new HubbubError("auth_invalid", {
    message: `The token's claim "${claim}" must be a string of 1 to ` +
      `${MAX_SUBJECT} characters, none of them a control character`,
  });
}

/** Returns the permissions in a token's claims. */
function grantOf(claims: JWTPayload): Permissions {
  const { exp, sub } = claims;
  if (sub === OPERATOR_USER) {
    throw new HubbubError("auth_invalid", {
      message: `The token's claim "sub" is "${OPERATOR_USER}", which stands ` +
        "for the operator. Ask for a token with another user id",
    });
  }
  const rooms = strings(claims["rooms"], "rooms") ?? ["*"];
  const rights = strings(claims["rights"], "rights") ?? ["read", "write"];
  const patterns = rooms.map(matcher);
  return {
    user: identity(sub, "sub"),
    name: identity(claims["name"], "name"),
    until: exp === undefined ? Infinity : exp * 1000,
    allows: (right, room) =>
      rights.includes(right) && patterns.some((matches) => matches(room)),
  };
}

/** Compiles a room pattern, in which `*` matches any characters. */
function matcher(pattern: string): (room: string) => boolean {
  const [head = "", ...parts] = pattern.split("*")
    // A pattern that is too long matches no room.
    .map((part) => normalizedRoom(part) ?? part);
  const tail = parts.pop();
  if (tail === undefined) return (room) => room === head;
  return (room) => {
    if (!room.startsWith(head)) return false;
    // Matching each part as early as possible leaves the most for the rest.
    let at = head.length;
    for (const part of parts) {
      const found = room.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return room.length >= at + tail.length && room.endsWith(tail);
  };
}
