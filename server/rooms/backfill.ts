/**
 * Backfill: reads messages from the store for members whose cursor is behind
 * the messages in memory. Members at the same cursor share a read, which takes
 * the turns of their addresses. A failed read is retried.
 */

import { CLOSE } from "../../protocol/close_codes.ts";
import type { Later } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import { STORE_RETRY_MS } from "./error_event.ts";
import { readHistory } from "./history.ts";
import type { ReadQueue, SharedReads } from "./read_queue.ts";
import type { Room } from "./room.ts";
import type { Member } from "./session.ts";
import type { Page } from "../store/store.ts";

/** Messages read at once, and bytes of them as JSON, but for the first: about
 * what a member gets in one turn. The rest would be read again. */
const FETCH = { messages: 256, bytes: 64 * 1024 };

/** Options of {@linkcode Backfill}. */
export interface BackfillOptions {
  readonly reads: ReadQueue;
  readonly log: Logger;
  readonly later: Later;
}

/** A read for the members at one cursor. */
interface Running {
  readonly reads: SharedReads;
  readonly page: Promise<Page>;
}

/** Reads messages for members that lag. */
export class Backfill {
  readonly #options: BackfillOptions;
  /** Running reads, by room and cursor. */
  readonly #running = new Map<string, Running>();

  constructor(options: BackfillOptions) {
    this.#options = options;
  }

  /**
   * Reads the messages after a member's cursor, and pumps the member with them.
   *
   * @param member The member that lags.
   * @param room Its room.
   */
  fetch(member: Member, room: Room): void {
    const { log, later } = this.#options;
    const after = member.cursor;
    const { epoch, removals } = room;
    member.fetching = true;
    this.#read(member, room).then((page) => {
      // The room gets a reset soon; until then there is nothing to send.
      if (page.epoch !== epoch && room.epoch === epoch) {
        throw new Error("The log has begun a new life");
      }
      member.fetching = false;
      // The cursor has moved meanwhile, or a removal came: the read may have
      // the removed text.
      if (
        room.epoch !== epoch || member.cursor !== after ||
        room.removals !== removals
      ) {
        return room.due(member);
      }
      room.trimmed(page.first);
      if (page.first <= after + 1 && page.messages[0]?.seq !== after + 1) {
        // The store lacks messages that it claims to keep. A retry would loop.
        log.error("log has a hole", { room: room.name, after });
        member.session.reader?.end(CLOSE.internalError);
        return;
      }
      room.due(member, page.messages);
    }).catch((error) => {
      log.error("read failed", { room: room.name, error });
      later.add(STORE_RETRY_MS, () => {
        member.fetching = false;
        room.due(member);
      });
    });
  }

  /** Shares one read between members at the same cursor: a thousand may fall
   * behind in one turn. */
  #read(
    { cursor: after, session: { reader } }: Member,
    { name, epoch, removals }: Room,
  ): Promise<Page> {
    const asker = { address: reader?.address ?? "", client: `room ${name}` };
    const key = JSON.stringify([name, epoch, removals, after]);
    const running = this.#running.get(key);
    if (running !== undefined) {
      running.reads.join(asker);
      return running.page;
    }
    const reads = this.#options.reads.shared();
    reads.join(asker);
    const range = { after, limit: FETCH.messages };
    const page = readHistory(reads, name, range, FETCH.bytes)
      .finally(() => this.#running.delete(key));
    this.#running.set(key, { reads, page });
    return page;
  }
}
