/**
 * Whoever publishes without a connection: a session for the time of one
 * message, so that it goes the same way as everybody's.
 */

import { TRUSTED } from "../grant.ts";
import { HubbubError } from "../../protocol/errors.ts";
import type { PublishRequest, ServerEvent } from "../../protocol/events.ts";
import { sse } from "../../protocol/sse.ts";
import type { Hub } from "../hub.ts";
import type { Reader, Session } from "../session.ts";
import type { Receipt } from "../store/store.ts";

/** A reader that waits for one answer: an ack or an error. */
class Visitor implements Reader {
  readonly dialect = sse;
  readonly ready = true;
  readonly writable = true;
  readonly #answer = Promise.withResolvers<Receipt>();

  get answer(): Promise<Receipt> {
    return this.#answer.promise;
  }

  tell(event: ServerEvent): void {
    if (event.type === "ack") {
      const { seq, duplicate = false } = event;
      this.#answer.resolve({ seq, duplicate });
    } else if (event.type === "error") {
      const { code, message, retryAfterMs } = event;
      this.#answer.reject(
        new HubbubError(code, {
          message,
          ...(retryAfterMs !== undefined && { retryAfterMs }),
        }),
      );
    }
  }

  note(event: ServerEvent): void {
    this.tell(event);
  }

  send(): void {}

  flush(): void {}

  end(): void {}
}

/**
 * Hands one message to the hub.
 *
 * @param hub Where it goes.
 * @param visitor The name it goes out under, and whose `cid` it has.
 * @param message The message; its room need not be joined.
 * @returns What became of it, once it is stored.
 * @throws {HubbubError} What a session would be told of.
 */
export function deliver(
  hub: Hub,
  { name, author }: { name: string; author: string },
  message: Omit<PublishRequest, "type" | "id">,
): Promise<Receipt> {
  const reader = new Visitor();
  const session: Session = {
    id: author,
    author,
    grant: TRUSTED,
    dialect: reader.dialect,
    name,
    reader,
    current: null,
    members: new Map(),
    grace: null,
  };
  // Whoever gives an id gets an answer.
  hub.publish(session, { ...message, type: "publish", id: 1 });
  return reader.answer;
}
