/**
 * How long the parts of a request's head may be, asked before anybody reads
 * them. Pure. Heads of 16 KB reach the server over `ws`, of 400 KB natively.
 */

import { READ_FIELDS } from "../transport/header_fields.ts";

/** Characters of a request's address: a room, a name and a token that are as
 * long as they may be, every byte of them escaped. */
const MOST_URL = 12 * 1024;
/** Characters of a header: a token of 8 KiB, and half of that again. */
const MOST_HEADER = 12 * 1024;

/** Why a request is refused, and with which status. */
export interface Overlong {
  readonly status: 414 | 431;
  readonly code: "address_too_long" | "header_too_long";
  readonly text: string;
}

/**
 * Tells whether a part of a request's head is too long to be looked at.
 *
 * @param request Any request.
 * @returns What to answer then; undefined for most requests.
 */
export function overlong({ url, headers }: Request): Overlong | undefined {
  if (url.length > MOST_URL) {
    return {
      status: 414,
      code: "address_too_long",
      text: `The URL has more than ${MOST_URL} characters. Shorten it`,
    };
  }
  const name = READ_FIELDS.find((name) =>
    (headers.get(name)?.length ?? 0) > MOST_HEADER
  );
  return name === undefined ? undefined : {
    status: 431,
    code: "header_too_long",
    text: `The header ${name} has more than ${MOST_HEADER} characters. ` +
      "Shorten it",
  };
}
