/**
 * What the API's resources have in common: what they are called with, what
 * they need, and the form of what they answer.
 */

import type { SealedNames } from "../../auth/sealed_names.ts";
import type { Permissions } from "../../auth/permissions.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Exchange } from "../exchange.ts";
import type { BodyTools } from "../read_body.ts";
import type { RequestRates } from "../request_rates.ts";
import type { Hub } from "../../hub/hub.ts";
import { API_HEADERS } from "./problem.ts";
import type { Storage } from "./storage.ts";

/** What resources need. */
export interface Tools extends BodyTools {
  readonly hub: Hub;
  readonly storage: Storage;
  /** Cursors of the list of rooms. */
  readonly cursors: SealedNames;
  /** For bodies, and for rights that end while one comes or goes. */
  readonly clock: BodyTools["clock"] & Pick<Clock, "now">;
  /** Counts more for what costs more than a request. */
  readonly rates: Pick<RequestRates, "settle">;
}

/** One request, with what was found out about it already. */
export interface Call {
  readonly request: Request;
  readonly url: URL;
  /** What stands before `/api` in the addresses of answers. */
  readonly base: string;
  /** Where it comes from, such as `192.0.2.7`. */
  readonly address: string;
  /** A checked name; empty for what is about all rooms. */
  readonly room: string;
  /** What the path has behind the room's part, such as a seq. */
  readonly rest: string | undefined;
  /** What its sender may do; what it asks for is part of it. */
  readonly permissions: Permissions;
  /** The connection it is answered on. */
  readonly exchange: Exchange;
  /** What shows, later, that it came with a ticket that was good. */
  readonly proof?: string | undefined;
}

/** How an answer differs from the plain one. */
export interface AnswerOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Answers with JSON, a line of it: it is read in terminals.
 *
 * @param value What to say.
 * @param options Status and headers.
 */
export function json(
  value: unknown,
  { status = 200, headers = {} }: AnswerOptions = {},
): Response {
  const body = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
  return new Response(body, {
    status,
    headers: {
      ...API_HEADERS,
      "content-type": "application/json",
      "content-length": String(body.length),
      ...headers,
    },
  });
}

/** The address of what belongs to a request's room, such as its messages. */
export function pathOf(
  { base, room }: Pick<Call, "base" | "room">,
  rest: string,
): string {
  return `${base}/api/rooms/${encodeURIComponent(room)}/${rest}`;
}
