/** Issues tickets for event streams: an EventSource cannot send a token. */

import { HubbubError } from "../../../protocol/errors.ts";
import type { Tickets } from "../../auth/tickets.ts";
import { bearerOf } from "../upgrade.ts";
import { type Call, json } from "./call.ts";

/**
 * Returns a ticket for the request's token.
 *
 * @param tickets Issues it.
 * @param call The request, with a valid token.
 * @throws {HubbubError} `auth_required`.
 */
export async function issueTicket(
  tickets: Tickets,
  { request }: Call,
): Promise<Response> {
  const token = bearerOf(request.headers.get("authorization"));
  if (token === undefined) {
    throw new HubbubError("auth_required", {
      message: "A ticket stands for a token. Send yours as Authorization: " +
        "Bearer TOKEN",
    });
  }
  return json(await tickets.issue(token), { status: 201 });
}
