import { assert, assertEquals } from "@std/assert";
import { type ErrorCode, ERRORS } from "../../protocol/errors.ts";
import {
  afterClose,
  CLOSE,
  type CloseReason,
} from "../../protocol/close_codes.ts";

const rows: CloseReason[] = Object.values(CLOSE);

Deno.test("CLOSE gives every code once, with words that fit in a close frame", () => {
  assertEquals(new Set(rows.map(({ code }) => code)).size, rows.length);
  for (const { reason } of rows) {
    assert(new TextEncoder().encode(reason).length <= 123, reason);
  }
});

Deno.test("CLOSE uses codes only that an application may send", () => {
  const allowed = [1000, 1001, 1003, 1009, 1011, 1012, 1013];
  for (const { code } of rows) {
    assert(allowed.includes(code) || code >= 4000 && code <= 4999, `${code}`);
  }
});

Deno.test("CLOSE uses its codes as their ranges define", () => {
  for (const { code, then } of rows.filter(({ code }) => code >= 4000)) {
    assertEquals(then, code < 4500 ? "resume" : "stop");
  }
});

/** Errors that are told just before a close, and the close. */
const BEFORE_CLOSES: readonly (readonly [ErrorCode, CloseReason])[] = [
  ["too_many_connections", CLOSE.tryLater],
  ["rate_limited", CLOSE.flood],
  ["internal", CLOSE.internalError],
  ["stopping", CLOSE.restart],
  ["auth_required", CLOSE.unauthorized],
  ["auth_invalid", CLOSE.unauthorized],
  ["auth_expired", CLOSE.expired],
  ["banned", CLOSE.banned],
  ["banned", CLOSE.removed],
];

Deno.test("CLOSE allows a reconnect exactly where the error before it is retryable", () => {
  for (const [code, { then }] of BEFORE_CLOSES) {
    assertEquals(ERRORS[code].retryable, then !== "stop", code);
  }
});

for (
  const [code, then] of [
    [1000, "stop"],
    [1001, "resume"],
    [1003, "stop"],
    [1009, "stop"],
    [1011, "back off"],
    [1012, "resume"],
    [1013, "back off"],
    [0, "resume"],
    [1005, "resume"],
    [1006, "resume"],
    [4000, "resume"],
    [4321, "resume"],
    [4502, "stop"],
    [4999, "stop"],
    [3000, "resume"],
  ] as const
) {
  Deno.test(`afterClose(${code}) is to ${then}`, () => {
    assertEquals(afterClose(code), then);
  });
}
