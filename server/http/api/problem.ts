/**
 * Error responses of the API: problem details (RFC 9457) with an HTTP status, a
 * message, and the same codes as on WebSockets.
 */

import { STATUS_TEXT } from "@std/http/status";
import { type ErrorCode, HubbubError } from "../../../protocol/errors.ts";

/** Errors of HTTP only, in addition to protocol/errors.ts. */
type HttpCode =
  | "method_not_allowed"
  | "foreign_origin"
  | "wrong_host"
  | "incomplete"
  | "too_large"
  | "too_slow"
  | "too_many_requests"
  | "unsupported_type"
  | "address_too_long"
  | "header_too_long"
  | "key_reused";

/** The code of a problem, as sent. */
export type ProblemCode = ErrorCode | HttpCode;

/** The HTTP status of each problem (RFC 9110, 15). */
export const PROBLEM_STATUS: Readonly<Record<ProblemCode, number>> = {
  bad_json: 400,
  bad_encoding: 400,
  unknown_type: 400,
  bad_field: 400,
  hello_first: 400,
  already_hello: 400,
  bad_name: 400,
  name_taken: 409,
  bad_room: 400,
  auth_required: 401,
  auth_invalid: 401,
  auth_expired: 401,
  forbidden: 403,
  not_joined: 403,
  banned: 403,
  locked: 403,
  slow_mode: 429,
  rules_full: 409,
  empty: 400,
  too_long: 413,
  unknown_command: 400,
  rate_limited: 429,
  too_many_rooms: 429,
  rooms_full: 503,
  no_more_rooms: 409,
  too_many_connections: 503,
  store_unavailable: 503,
  not_stored: 500,
  cid_reused: 422,
  stopping: 503,
  internal: 500,
  not_found: 404,
  method_not_allowed: 405,
  foreign_origin: 403,
  wrong_host: 421,
  incomplete: 400,
  too_large: 413,
  too_slow: 408,
  too_many_requests: 503,
  unsupported_type: 415,
  address_too_long: 414,
  header_too_long: 431,
  key_reused: 422,
};

/** The phrase of each status: the `title` of the type `about:blank` (RFC 9457,
 * 4.2.1). */
const PHRASES: Readonly<Record<number, string>> = {
  ...STATUS_TEXT,
  // RFC 9110, 15.5.21; the library has the older phrase.
  422: "Unprocessable Content",
};

/** Default retry time, in milliseconds. */
const RETRY_MS = 1_000;

/** Details of a problem besides its code and message. */
export interface ProblemDetails {
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the object. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A problem: thrown to reject a request, returned by the API as a response. */
export class Problem extends Error {
  override name = "Problem";
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  /**
   * @param code What is wrong, for programs.
   * @param message What is wrong and what to do, for people.
   * @param details More details.
   */
  constructor(
    code: ProblemCode,
    message: string,
    details: ProblemDetails = {},
  ) {
    super(message);
    this.code = code;
    this.details = details;
  }

  /** The HTTP status. */
  get status(): number {
    return PROBLEM_STATUS[this.code];
  }

  /** Returns the problem with more members. */
  with(more: Readonly<Record<string, unknown>>): Problem {
    const { headers = {}, more: known } = this.details;
    return new Problem(this.code, this.message, {
      headers,
      more: { ...known, ...more },
    });
  }

  /** Builds the response (RFC 9457, 3). */
  toResponse(): Response {
    const { code, message, details } = this;
    const status = PROBLEM_STATUS[code];
    const body = {
      type: "about:blank",
      title: PHRASES[status],
      status,
      detail: message,
      code,
      ...details.more,
    };
    return new Response(`${JSON.stringify(body)}\n`, {
      status,
      headers: {
        ...API_HEADERS,
        "content-type": "application/problem+json",
        // A 401 must name an authentication scheme (RFC 9110, 11.6.1).
        ...(status === 401 && { "www-authenticate": "Bearer" }),
        ...details.headers,
      },
    });
  }
}

/**
 * Returns the problem for too many concurrent requests.
 *
 * @param message What is wrong and what to do.
 */
export function tooManyRequests(message: string): Problem {
  return new Problem("too_many_requests", message, {
    headers: { "retry-after": String(RETRY_MS / 1000) },
    more: { retryAfterMs: RETRY_MS },
  });
}

/** Headers of every API response. */
export const API_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  // Browsers that open an API address must not interpret the data as a page.
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

/**
 * Converts a thrown value to a problem.
 *
 * @param error Any value.
 * @returns The problem; unexpected errors become `internal` without details.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof HubbubError)) {
    return problemOf(new HubbubError("internal"));
  }
  const { code, message, retryable, details } = error;
  const { suggestion } = details;
  const retryAfterMs = details.retryAfterMs ??
    (retryable ? RETRY_MS : undefined);
  return new Problem(code, message, {
    more: { retryAfterMs, suggestion },
    ...(retryAfterMs !== undefined && {
      // In whole seconds (RFC 9110, 10.2.3).
      headers: { "retry-after": String(Math.ceil(retryAfterMs / 1000)) },
    }),
  });
}
