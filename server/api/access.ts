/**
 * Who may use the API, and from which pages. Owns the defaults; what a server
 * asks of strangers is passed in as an {@linkcode Authorize}.
 */

import { HubbubError } from "../../protocol/errors.ts";
import { EVERY_ROOM, type Right } from "../../protocol/rights.ts";
import type { Authority } from "../auth.ts";
import { type Grant, OPEN, TRUSTED } from "../grant.ts";
import { bearerOf } from "../handshake.ts";
import type { Origins } from "../origins.ts";
import { Problem } from "./problem.ts";

/** What a request wants, to be granted or refused. */
export interface Wish {
  readonly right: Right;
  /** A checked name; undefined for what is about all rooms. */
  readonly room: string | undefined;
  /** Where the request comes from, such as `192.0.2.7`. */
  readonly address: string;
}

/**
 * Lets a request pass and tells what its sender may do, or throws what it is
 * answered with: a `Problem` or a `HubbubError`.
 */
export type Authorize = (
  request: Request,
  wish: Wish,
) => Grant | Promise<Grant>;

const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/i;

/** Whether a program on this machine asks: no page, and nobody behind a proxy. */
function isLocal({ headers }: Request, address: string): boolean {
  return LOOPBACK.test(address) &&
    !["origin", "forwarded", "x-forwarded-for"].some((name) =>
      headers.has(name)
    );
}

/**
 * The default: everyone may read and write. To moderate is for whoever can run
 * a program on the server's own machine.
 *
 * @throws {Problem} `forbidden`.
 */
export const openToAll: Authorize = (request, { right, address }) => {
  if (isLocal(request, address)) return TRUSTED;
  if (right !== "moderate") return OPEN;
  throw new Problem(
    "forbidden",
    "This is only possible from the machine the server runs on, or on a " +
      "server that runs with --auth-secret, with a token that has the right " +
      "to moderate",
  );
};

/**
 * Refuses what a page of another origin sends. Nothing else has to be said
 * about origins: answers have no CORS headers, so such a page reads none.
 *
 * @param request Any request that changes something.
 * @param url Its address.
 * @param origins Which pages may.
 * @throws {Problem} `foreign_origin`.
 */
export function checkOrigin(
  { headers }: Request,
  url: URL,
  origins: Origins,
): void {
  const refusal = origins.refusal(headers.get("origin"), url.host);
  if (refusal !== undefined) throw new Problem("foreign_origin", refusal);
}

/**
 * For a server that asks for tokens: what the bearer's token allows. To read
 * what is about all rooms is for everyone who may enter one; to moderate all of
 * them is for who may do so in each.
 *
 * @param authority Checks it.
 * @returns Throws `auth_required`, `auth_invalid`, `auth_expired` or
 * `forbidden`.
 */
export function byToken(authority: Authority): Authorize {
  return async ({ headers }, { right, room }) => {
    const token = bearerOf(headers.get("authorization"));
    if (token === undefined) {
      if (authority.guest.allows(right, room ?? EVERY_ROOM)) {
        return authority.guest;
      }
      throw new HubbubError("auth_required");
    }
    const grant = await authority.verify(token);
    const everywhere = room === undefined && right !== "moderate";
    if (everywhere || grant.allows(right, room ?? EVERY_ROOM)) return grant;
    throw new HubbubError("forbidden");
  };
}
