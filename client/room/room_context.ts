/** What a room may do with its client: the seam between the two. */

import type { ClientRequest } from "../../protocol/requests.ts";
import type { Settings } from "../options.ts";
import type { Asker } from "../connection/pending_requests.ts";
import type { Sender } from "../sending/sender.ts";

/** What a room needs of its client. */
export interface RoomContext {
  readonly settings: Settings;
  readonly sender: Sender;
  readonly name: string | undefined;
  send(request: ClientRequest): void;
  /** Sends a request with the next id; refused at once when not open. */
  ask(request: ClientRequest, asker: Asker): void;
  /** Connects anew, because what the server says makes no sense. */
  resync(): void;
  left(room: string): void;
}
