/**
 * What the API's resources share: their arguments, dependencies and response
 * format.
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

/** Dependencies of resources. */
export interface Tools extends BodyTools {
  readonly hub: Hub;
  readonly storage: Storage;
  /** Cursors of the room list. */
  readonly cursors: SealedNames;
  /** For body timeouts, and for permissions that expire during a transfer. */
  readonly clock: BodyTools["clock"] & Pick<Clock, "now">;
  /** Charges requests that cost more than one. */
  readonly rates: Pick<RequestRates, "settle">;
}

/** One authorized request. */
export interface Call {
  readonly request: Request;
  readonly url: URL;
  /** Path prefix of `/api` in addresses of responses. */
  readonly base: string;
  /** The client's address, such as `192.0.2.7`. */
  readonly address: string;
  /** A valid room name; empty for requests about all rooms. */
  readonly room: string;
  /** The rest of the path after the room, such as a seq. */
  readonly rest: string | undefined;
  /** The sender's permissions; they include the requested one. */
  readonly permissions: Permissions;
  /** The exchange that the response belongs to. */
  readonly exchange: Exchange;
  /** Proof that the request came with a valid ticket, for later requests. */
  readonly proof?: string | undefined;
}

/** Status and headers that differ from the default. */
export interface AnswerOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Builds a JSON response that ends with a line break, for terminals.
 *
 * @param value The body.
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

/** Returns the address of a resource of the request's room, such as its
 * messages. */
export function pathOf(
  { base, room }: Pick<Call, "base" | "room">,
  rest: string,
): string {
  return `${base}/api/rooms/${encodeURIComponent(room)}/${rest}`;
}
