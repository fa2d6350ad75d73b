/** The requests without a reply, and their ids. */

import type { ServerEvent } from "../../protocol/events.ts";
import type { RequestId } from "../../protocol/requests.ts";
import { ClientError } from "../errors.ts";

/** The callbacks for the reply to a request. */
export interface Asker {
  answered?(event: ServerEvent): void;
  refused(error: ClientError): void;
}

/** The requests of one connection that have no reply yet. */
export class Requests {
  readonly #askers = new Map<RequestId, Asker>();
  #last = 0;

  /** Registers a request, and returns the id to send with it. */
  open(asker: Asker): number {
    this.#askers.set(++this.#last, asker);
    return this.#last;
  }

  /**
   * Passes a reply to its callbacks.
   *
   * @returns Whether a request with this id was pending.
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

  /** Fails all pending requests: the connection was lost. */
  abandon(error: ClientError): void {
    const askers = [...this.#askers.values()];
    this.#askers.clear();
    for (const asker of askers) asker.refused(error);
  }
}

/** Returns the error of a request without a connection. */
export function disconnected(): ClientError {
  return new ClientError("disconnected", {
    message: "Not connected. Try again after reconnecting",
    retryable: true,
  });
}

/** Returns the error of a request whose reply has the wrong type. */
export function unexpected(): ClientError {
  return new ClientError("disconnected", {
    message: "The server sent an invalid reply. Try again",
    retryable: true,
  });
}

/** Returns the error of a message whose client or room was closed. */
export function closed(): ClientError {
  return new ClientError("closed", {
    message: "The client or room was closed before the message was sent. " +
      "Join the room again and resend it",
    retryable: false,
  });
}
