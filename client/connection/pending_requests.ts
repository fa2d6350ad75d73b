/** Which answers are awaited. Owns the ids of requests. */

import type { ServerEvent } from "../../protocol/events.ts";
import type { RequestId } from "../../protocol/requests.ts";
import { ClientError } from "../errors.ts";

/** Who wants to know the answer. */
export interface Asker {
  answered?(event: ServerEvent): void;
  refused(error: ClientError): void;
}

/** The requests of one connection that have no answer yet. */
export class Requests {
  readonly #askers = new Map<RequestId, Asker>();
  #last = 0;

  /** @returns The id to send along. */
  open(asker: Asker): number {
    this.#askers.set(++this.#last, asker);
    return this.#last;
  }

  /**
   * Passes an answer on.
   *
   * @returns False when nobody asked.
   */
  settle(id: RequestId, event: ServerEvent): boolean {
    const asker = this.#askers.get(id);
    if (asker === undefined) return false;
    this.#askers.delete(id);
    if (event.type === "error") {
      asker.refused(new ClientError(event.code, event));
    } else asker.answered?.(event);
    return true;
  }

  /** The connection is gone, and with it all answers. */
  abandon(error: ClientError): void {
    const askers = [...this.#askers.values()];
    this.#askers.clear();
    for (const asker of askers) asker.refused(error);
  }
}

/** What happens to a request whose connection is not there or was lost. */
export function disconnected(): ClientError {
  return new ClientError("disconnected", {
    message: "Not connected. Try again after reconnecting",
    retryable: true,
  });
}

/** What happens to a request that the server answers with something else. */
export function unexpected(): ClientError {
  return new ClientError("disconnected", {
    message: "The server sent an invalid reply. Try again",
    retryable: true,
  });
}

/** What happens to a message that is given up. */
export function closed(): ClientError {
  return new ClientError("closed", {
    message: "This was closed before the message was sent",
    retryable: false,
  });
}
