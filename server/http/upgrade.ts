/**
 * From the address of a WebSocket to the dialect and the room it means. Pure.
 */

import type { Dialect } from "../../protocol/dialect.ts";
import { HubbubError } from "../../protocol/errors.ts";
import { checkRoom, DEFAULT_ROOM } from "../../protocol/names.ts";
import { simple } from "../../protocol/simple.ts";
import { TEXT, text } from "../../protocol/text.ts";
import { V1, v1 } from "../../protocol/v1.ts";
import type { Entry } from "../connection/login.ts";

/** What a handshake is answered with: an entry, or why there is none. */
export type Handshake =
  | { readonly entry: Entry; readonly protocol?: string | undefined }
  | { readonly refused: string };

const SUBPROTOCOLS: Readonly<Record<string, Dialect>> = {
  [V1]: v1,
  [TEXT]: text,
};

/** Paths with a WebSocket behind them, and what it speaks without a subprotocol;
 * with a slash at the end too, as clients cannot tell what a 404 is for. */
const PATHS: readonly { pattern: RegExp; dialect: Dialect }[] = [
  { pattern: /^\/$/, dialect: text },
  { pattern: /^\/ws(?:\/([^/]+))?\/?$/, dialect: simple },
  { pattern: /^\/text(?:\/([^/]+))?\/?$/, dialect: text },
];

/** A subprotocol that carries a token: browsers can set no other header. */
const BEARER = "hubbub.auth.";

/**
 * The token in an `Authorization` header.
 *
 * @param authorization The header (RFC 6750, 2.1).
 */
export function bearerOf(authorization: string | null): string | undefined {
  return /^bearer +(\S+)$/i.exec(authorization?.trim() ?? "")?.[1];
}

/** Whether a path is that of a chat WebSocket. */
export function isChatPath(pathname: string): boolean {
  return PATHS.some(({ pattern }) => pattern.test(pathname));
}

/**
 * Reads a chat WebSocket's address and the subprotocols it offers.
 *
 * @param url The request's address; its path is a chat path.
 * @param headers `offered` is the `Sec-WebSocket-Protocol` header (RFC 6455,
 * 4.1), `authorization` the header of that name (RFC 6750, 2.1).
 * @returns What it enters, or a line that says why not.
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
  // A browser closes a connection that takes none of what it offered.
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
