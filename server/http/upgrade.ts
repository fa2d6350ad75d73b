/** Parses a WebSocket address into a dialect and a room. Pure. */

import type { Dialect } from "../../protocol/dialect.ts";
import { HubbubError } from "../../protocol/errors.ts";
import { checkRoom, DEFAULT_ROOM } from "../../protocol/names.ts";
import { simple } from "../../protocol/simple.ts";
import { TEXT, text } from "../../protocol/text.ts";
import { V1, v1 } from "../../protocol/v1.ts";
import type { Entry } from "../connection/login.ts";

/** Result of a handshake: an entry, or the error. */
export type Handshake =
  | { readonly entry: Entry; readonly protocol?: string | undefined }
  | { readonly refused: string };

const SUBPROTOCOLS: Readonly<Record<string, Dialect>> = {
  [V1]: v1,
  [TEXT]: text,
};

/** WebSocket paths and their default dialects without a subprotocol. A trailing
 * slash is accepted, since clients cannot see why they get a 404. */
const PATHS: readonly { pattern: RegExp; dialect: Dialect }[] = [
  { pattern: /^\/$/, dialect: text },
  { pattern: /^\/ws(?:\/([^/]+))?\/?$/, dialect: simple },
  { pattern: /^\/text(?:\/([^/]+))?\/?$/, dialect: text },
];

/** Prefix of a subprotocol that carries a token: browsers cannot set other
 * headers. */
const BEARER = "hubbub.auth.";

/**
 * Returns the token in an `Authorization` header.
 *
 * @param authorization The header (RFC 6750, 2.1).
 */
export function bearerOf(authorization: string | null): string | undefined {
  return /^bearer +(\S+)$/i.exec(authorization?.trim() ?? "")?.[1];
}

/** Returns whether a path is a chat WebSocket. */
export function isChatPath(pathname: string): boolean {
  return PATHS.some(({ pattern }) => pattern.test(pathname));
}

/**
 * Parses a chat WebSocket's address and offered subprotocols.
 *
 * @param url The request's address; its path is a chat path.
 * @param headers `offered` is the `Sec-WebSocket-Protocol` header (RFC 6455,
 * 4.1), `authorization` the header of that name (RFC 6750, 2.1).
 * @returns The entry, or an error message.
 */
export function readHandshake(
  url: URL,
  { offered, authorization }: {
    offered: string | null;
    authorization: string | null;
  },
): Handshake {
  const offers = (offered ?? "").split(",").map((offer) => offer.trim())
    .filter((offer) => offer !== "");
  const known = offers.find((offer) => Object.hasOwn(SUBPROTOCOLS, offer));
  const bearer = offers.find((offer) => offer.startsWith(BEARER));
  // Browsers close a connection when the server selects none of their
  // subprotocols.
  const protocol = known ?? bearer;
  if (offers.length > 0 && protocol === undefined) {
    return {
      refused: `No subprotocol of "${offers.join(", ")}" is supported. ` +
        `Offer ${Object.keys(SUBPROTOCOLS).join(" or ")}, or none`,
    };
  }
  for (const { pattern, dialect: fallback } of PATHS) {
    const match = pattern.exec(url.pathname);
    if (match === null) continue;
    const dialect = SUBPROTOCOLS[known ?? ""] ?? fallback;
    const history = url.searchParams.get("history");
    if (history !== null && !/^\d{1,9}$/.test(history)) {
      return { refused: `history must be a number, such as ?history=0` };
    }
    try {
      const wanted = match[1] === undefined
        ? undefined
        : checkRoom(decodeURIComponent(match[1]));
      return {
        protocol,
        entry: {
          dialect,
          room: wanted ??
            (dialect.naming === "hello" ? undefined : DEFAULT_ROOM),
          name: url.searchParams.get("name") ?? undefined,
          history: history === null ? undefined : Number(history),
          auth: bearer?.slice(BEARER.length) ?? bearerOf(authorization),
        },
      };
    } catch (error) {
      const { message } = error instanceof HubbubError
        ? error
        : new HubbubError("bad_room");
      return { refused: message };
    }
  }
  return { refused: "There is no WebSocket at this path" };
}
