/** Dispatches decoded requests to the hub, one line per request type. */

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

/** The sender of a request. */
interface Asker {
  /** The sender's session, after hello. */
  readonly session: Session;
  readonly reader: Reader;
  /** Rates charged for its requests. */
  readonly rates: Pick<ConnectionRates, "settle">;
  /** Called for replies that follow later. */
  readonly later: {
    /** With a reply that follows a read from the store. */
    read(answered: Promise<unknown>): void;
    atEndOfTurn(): void;
  };
}

/**
 * Returns the cost of a request before it runs: a page of history counts as
 * full.
 */
export function costOf(hub: Hub, request: ClientRequest): number {
  return request.type === "history" ? costOfPage(hub.pageLimit(request)) : 1;
}

/**
 * Executes a session's request.
 *
 * @param hub The hub.
 * @param asker The sender.
 * @param request Any request except hello and auth.
 * @returns When the session's next request may run.
 * @throws {HubbubError} The error for the sender.
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
