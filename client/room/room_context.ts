/** The interface between a room and its client. */

import type { ClientRequest } from "../../protocol/requests.ts";
import type { Settings } from "../options.ts";
import type { Asker } from "../connection/pending_requests.ts";
import type { Sender } from "../sending/sender.ts";

/** The part of a client that a room uses. */
export interface RoomContext {
  readonly settings: Settings;
  readonly sender: Sender;
  readonly name: string | undefined;
  send(request: ClientRequest): void;
  /** Sends a request with the next id; fails at once if not connected. */
  ask(request: ClientRequest, asker: Asker): void;
  /** Reconnects after inconsistent data from the server. */
  resync(): void;
  left(room: string): void;
}
