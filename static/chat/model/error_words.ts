/**
 * Errors in the reader's language, by their code. In English, and for a code
 * that the pages do not know, the server's own words are shown.
 */

import { CLOSE } from "../../../protocol/close_codes.ts";
import { durationWords } from "../../../protocol/duration.ts";
import { errors, words } from "../../words/chat_catalogue.ts";
import { isolated } from "./isolation.ts";
import { language } from "../../words/page_language.ts";
import type { ClosedState } from "../../../client/hubbub.ts";

/** An error as the client or the protocol throws it. */
export interface ShownError {
  readonly code?: string | undefined;
  readonly message: string;
  /** How long it lasts, milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** A name that is available. */
  readonly suggestion?: string | undefined;
}

/** The reason that a moderator gave, in the message of a kick or a ban. */
const REASON = /^[^:]*: ([^]*?)(?:\. You can return in [\w ]+)?$/;

/** Returns the reason in the message of a kick or a ban. */
export function reasonIn(message: string): string | undefined {
  return REASON.exec(message)?.[1];
}

/**
 * Returns the words for an error.
 *
 * @param error The error.
 * @param leftMs How long it still lasts, milliseconds.
 */
export function errorWords(
  { code = "", message, retryAfterMs, suggestion }: ShownError,
  leftMs = retryAfterMs,
): string {
  const own = errors[code];
  const reason = code === "banned" ? reasonIn(message) : undefined;
  const text = own !== undefined
    ? own({ forMs: leftMs, reason })
    : leftMs === undefined || retryAfterMs === undefined
    ? message
    : message.replace(durationWords(retryAfterMs), durationWords(leftMs));
  return suggestion
    ? `${text}. ${words.nameAvailable(isolated(suggestion))}`
    : text;
}

/** Returns why a connection was closed. */
export function closeWords(
  { code, reason, errorCode, retryAfterMs }: Pick<
    ClosedState,
    "code" | "reason" | "errorCode" | "retryAfterMs"
  >,
): string {
  if (reason === "") return words.noReason;
  const isBan = code === CLOSE.removed.code || code === CLOSE.banned.code;
  const known = errorCode ?? (isBan ? "banned" : undefined);
  if (known !== undefined || language === "en") {
    return errorWords({ code: known, message: reason, retryAfterMs });
  }
  return words.serverSays(reason);
}

/**
 * Returns the words for something that was done.
 *
 * @param confirmation What the server says, in English.
 * @param own The page's words for it.
 */
export function doneWords(
  confirmation: string | undefined,
  own: string,
): string {
  return language === "en" ? confirmation ?? own : own;
}
