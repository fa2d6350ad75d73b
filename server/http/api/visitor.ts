/**
 * Whoever asks for something without a connection: a session for the time of
 * one request, so that it goes the same way as everybody's.
 */

import { HubbubError } from "../../../protocol/errors.ts";
import type {
  AckEvent,
  DoneEvent,
  ServerEvent,
} from "../../../protocol/events.ts";
import type {
  ModerationRequest,
  PublishRequest,
} from "../../../protocol/requests.ts";
import { sse } from "../../../protocol/sse.ts";
import type { Author } from "../../auth/author.ts";
import type { Permissions } from "../../auth/permissions.ts";
import type { Hub } from "../../hub/hub.ts";
import { newSession, type Reader, type Session } from "../../rooms/session.ts";
import type { Receipt } from "../../store/store.ts";

/** Who asks, and what it may do. */
export interface Guise {
  /** The name it goes by for this request. */
  readonly name: string;
  /** Who it is, in the long run. */
  readonly author: Author;
  readonly permissions: Permissions;
  readonly address: string;
}

/** A reader that waits for one answer: that it was done, or an error. */
class Visitor implements Reader {
  readonly dialect = sse;
  readonly address: string;
  readonly ready = true;
  readonly writable = true;
  readonly #answer = Promise.withResolvers<AckEvent | DoneEvent>();

  constructor(address: string) {
    this.address = address;
  }

  get answer(): Promise<AckEvent | DoneEvent> {
    return this.#answer.promise;
  }

  tell(event: ServerEvent): void {
    if (event.type === "ack" || event.type === "done") {
      this.#answer.resolve(event);
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

function visit(
  { name, author, permissions, address }: Guise,
  ask: (session: Session) => void,
): Promise<AckEvent | DoneEvent> {
  const reader = new Visitor(address);
  const { dialect } = reader;
  ask(
    newSession({ id: author.key, author, dialect, name, permissions, reader }),
  );
  return reader.answer;
}

/**
 * Hands one message to the hub.
 *
 * @param hub Where it goes.
 * @param guise The name it goes out under, and whose `cid` it has.
 * @param message The message; its room need not be joined.
 * @returns What became of it, once it is stored.
 * @throws {HubbubError} What a session would be told of.
 */
export async function deliver(
  hub: Hub,
  guise: Guise,
  message: Omit<PublishRequest, "type" | "id">,
): Promise<Receipt> {
  // Whoever gives an id gets an answer.
  const answer = await visit(
    guise,
    (session) => hub.publish(session, { ...message, type: "publish", id: 1 }),
  );
  const { seq, duplicate = false } = answer as AckEvent;
  return { seq, duplicate };
}

/**
 * Hands a moderator's request to the hub.
 *
 * @param hub Where it goes.
 * @param guise Who asks.
 * @param request What for.
 * @returns The seq of the message that it added, if it did, once it is done.
 * @throws {HubbubError} What a session would be told of.
 */
export async function moderate(
  hub: Hub,
  guise: Guise,
  request: ModerationRequest,
): Promise<number | undefined> {
  const answer = await visit(
    guise,
    (session) => hub.moderate(session, { ...request, id: 1 }),
  );
  return answer.type === "ack" ? answer.seq : undefined;
}
