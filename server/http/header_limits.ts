/**
 * Size limits of request heads, checked before anything parses them. Pure. The
 * transport accepts heads of 16 KB over `ws` and 400 KB over `native`.
 */

import { READ_FIELDS } from "../transport/header_fields.ts";

/** Maximum characters of a request's address: a room, a name and a token of
 * maximum length, fully percent-encoded. */
const MOST_URL = 12 * 1024;
/** Maximum characters of a header: a token of 8 KiB, plus half of that. */
const MOST_HEADER = 12 * 1024;

/** Why a request is rejected, with its status. */
export interface Overlong {
  readonly status: 414 | 431;
  readonly code: "address_too_long" | "header_too_long";
  readonly text: string;
}

/**
 * Checks the size of a request's head.
 *
 * @param request Any request.
 * @returns The error; undefined when every part is within its limit.
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
