/**
 * Checks who may use the API, and from which origins. The caller passes the
 * policy as an {@linkcode Authorize}.
 */

import { HubbubError } from "../../../protocol/errors.ts";
import { EVERY_ROOM } from "../../../protocol/rights.ts";
import type { Authority } from "../../auth/authenticator.ts";
import { type Act, type Permissions, permits } from "../../auth/permissions.ts";
import { bearerOf } from "../upgrade.ts";
import type { Origins } from "../origin_policy.ts";
import { Problem } from "./problem.ts";

/** What a request needs permission for. */
export interface Wish {
  readonly act: Act;
  /** A valid room name; undefined for requests about all rooms. */
  readonly room: string | undefined;
  /** The client's address, such as `192.0.2.7`. */
  readonly address: string;
  /** The token that the request's ticket stands for. */
  readonly token?: string | undefined;
}

/**
 * Authorizes a request and returns the sender's permissions. Throws a `Problem`
 * or a `HubbubError` otherwise.
 */
export type Authorize = (
  request: Request,
  wish: Wish,
) => Permissions | Promise<Permissions>;

/**
 * Rejects a cross-origin request unless its origin is allowed.
 *
 * @param request A request that changes something.
 * @param url Its address.
 * @param origins Allowed origins.
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

/** Error message where only the operator has a token. */
const OPERATOR_ONLY =
  "Only moderators can do this. Send the operator's token, whose file the " +
  "server names when it starts, as Authorization: Bearer TOKEN. Or start the " +
  "server with --auth-secret, and make tokens with deno task token --moderate";

/**
 * Creates an {@linkcode Authorize} that grants the permissions of the bearer's
 * token, or those of guests. Reading data about all rooms requires permission
 * to enter some room; moderating all rooms requires permission to moderate
 * each.
 *
 * @param authority Checks tokens.
 * @returns The function; it throws `auth_required`, `auth_invalid`,
 * `auth_expired` or `forbidden`.
 */
export function byToken(authority: Authority): Authorize {
  return async ({ headers }, { act, room, token: behind }) => {
    const token = bearerOf(headers.get("authorization")) ?? behind;
    const permissions = token === undefined
      ? authority.guest
      : await authority.verify(token);
    // Guests may read either all rooms or none.
    const everywhere = room === undefined && act !== "moderate" &&
      token !== undefined;
    if (everywhere || permits(permissions, act, room ?? EVERY_ROOM)) {
      return permissions;
    }
    if (!authority.checks) throw new Problem("forbidden", OPERATOR_ONLY);
    throw new HubbubError(token === undefined ? "auth_required" : "forbidden");
  };
}
