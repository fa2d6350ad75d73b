/**
 * Who may use the API, and from which pages. What a server asks of
 * strangers is passed in as an {@linkcode Authorize}.
 */

import { HubbubError } from "../../../protocol/errors.ts";
import { EVERY_ROOM } from "../../../protocol/rights.ts";
import type { Authority } from "../../auth/authenticator.ts";
import { type Act, type Permissions, permits } from "../../auth/permissions.ts";
import { bearerOf } from "../upgrade.ts";
import type { Origins } from "../origin_policy.ts";
import { Problem } from "./problem.ts";

/** What a request wants, to be granted or refused. */
export interface Wish {
  readonly act: Act;
  /** A checked name; undefined for what is about all rooms. */
  readonly room: string | undefined;
  /** Where the request comes from, such as `192.0.2.7`. */
  readonly address: string;
  /** The token that its ticket stands for. */
  readonly token?: string | undefined;
}

/**
 * Lets a request pass and tells what its sender may do, or throws what it is
 * answered with: a `Problem` or a `HubbubError`.
 */
export type Authorize = (
  request: Request,
  wish: Wish,
) => Permissions | Promise<Permissions>;

/**
 * Refuses what a page of another origin sends, unless its origin is listed.
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
  if (refusal !== undefined) {
    throw new Problem("foreign_origin", refusal);
  }
}

/** What is said where there are no tokens but the operator's. */
const OPERATOR_ONLY =
  "Only moderators can do this. Send the operator's token, whose file the " +
  "server names when it starts, as Authorization: Bearer TOKEN. Or start the " +
  "server with --auth-secret, and make tokens with deno task token --moderate";

/**
 * What the bearer's token allows, or a guest may. To read what is about all
 * rooms is for everyone who may enter one; to moderate all of them is for who
 * may do so in each.
 *
 * @param authority Checks it.
 * @returns Throws `auth_required`, `auth_invalid`, `auth_expired` or
 * `forbidden`.
 */
export function byToken(authority: Authority): Authorize {
  return async ({ headers }, { act, room, token: behind }) => {
    const token = bearerOf(headers.get("authorization")) ?? behind;
    const permissions = token === undefined
      ? authority.guest
      : await authority.verify(token);
    // Guests may read all rooms or none.
    const everywhere = room === undefined && act !== "moderate" &&
      token !== undefined;
    if (everywhere || permits(permissions, act, room ?? EVERY_ROOM)) {
      return permissions;
    }
    if (!authority.checks) throw new Problem("forbidden", OPERATOR_ONLY);
    throw new HubbubError(token === undefined ? "auth_required" : "forbidden");
  };
}
