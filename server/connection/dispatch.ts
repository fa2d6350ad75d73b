/**
 * From a decoded request to what the hub does with it: one line a request.
 */

import { CLOSE } from "../../protocol/close_codes.ts";
import type {
  AuthRequest,
  ClientRequest,
  HelloRequest,
} from "../../protocol/requests.ts";
import type { ConnectionRates } from "./connection_rates.ts";
import type { Soon } from "../fleet/fleet.ts";
import type { Hub } from "../hub/hub.ts";
import { costOfPage } from "../rooms/page_cost.ts";
import type { Reader, Session } from "../rooms/session.ts";

/** Who asks for something. */
interface Asker {
  /** It has said hello. */
  readonly session: Session;
  readonly reader: Reader;
  /** What its requests count in. */
  readonly rates: Pick<ConnectionRates, "settle">;
  /** Told of answers that come later. */
  readonly later: {
    /** This one when the store was read. */
    read(answered: Promise<unknown>): void;
    atEndOfTurn(): void;
  };
}

/**
 * Returns what a request counts as against the rates before it is carried out:
 * a page of history as if it were full.
 */
export function costOf(hub: Hub, request: ClientRequest): number {
  return request.type === "history" ? costOfPage(hub.pageLimit(request)) : 1;
}

/**
 * Carries out what a session asks for.
 *
 * @param hub Where it happens.
 * @param asker Who asks.
 * @param request What it asks for; anything but hello and auth.
 * @returns When the next request of the session may be carried out.
 * @throws {HubbubError} What it is told of.
 */
export function carryOut(
  hub: Hub,
  { session, reader, rates, later }: Asker,
  request: Exclude<ClientRequest, HelloRequest | AuthRequest>,
): Soon<void> {
  switch (request.type) {
    case "publish":
      return hub.publish(session, request);
    case "join":
      hub.join(session, request);
      return later.atEndOfTurn();
    case "leave":
      hub.leave(session, request.room);
      return reader.tell({ type: "left", room: request.room, id: request.id });
    case "history": {
      const read = hub.history(session, request);
      const expected = costOf(hub, request);
      read.then((actual) => rates.settle(expected, actual), () => {});
      return later.read(read);
    }
    case "who":
      return hub.who(session, request.room, request.id);
    case "typing":
      return hub.typing(session, request.room);
    case "rename":
      return hub.sessionService.rename(session, request.name, request.id);
    case "remove":
    case "kick":
    case "ban":
    case "unban":
    case "lock":
    case "slow":
    case "announce":
      return hub.moderate(session, request);
    case "ping":
      return reader.tell({ type: "pong", id: request.id });
    case "help":
      return reader.tell({ type: "help" });
    case "quit":
      return reader.end(CLOSE.normal);
    default:
      return request satisfies never;
  }
}
