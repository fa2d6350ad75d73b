/**
 * Runs one API request as a short-lived session, so that it takes the same path
 * through the hub as WebSocket requests.
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

/** The sender's identity and permissions. */
export interface Guise {
  /** The sender's name for this request. */
  readonly name: string;
  /** The sender's permanent identity. */
  readonly author: Author;
  readonly permissions: Permissions;
  readonly address: string;
}

/** A reader that waits for one reply: success or an error. */
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
 * Sends one message to the hub.
 *
 * @param hub The hub.
 * @param guise The sender, who owns the `cid`.
 * @param message The message; its room need not be joined.
 * @returns The result, once the message is stored.
 * @throws {HubbubError} The error that a session would receive.
 */
export async function deliver(
  hub: Hub,
  guise: Guise,
  message: Omit<PublishRequest, "type" | "id">,
): Promise<Receipt> {
  // A request with an ID always gets a reply.
  const answer = await visit(
    guise,
    (session) => hub.publish(session, { ...message, type: "publish", id: 1 }),
  );
  const { seq, duplicate = false } = answer as AckEvent;
  return { seq, duplicate };
}

/**
 * Sends a moderator's request to the hub.
 *
 * @param hub The hub.
 * @param guise The moderator.
 * @param request The request.
 * @returns The seq of the message that it added, if any, when it is done.
 * @throws {HubbubError} The error that a session would receive.
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
