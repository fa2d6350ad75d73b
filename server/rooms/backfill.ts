/**
 * Backfill: reads messages from the store for members whose cursor is behind
 * the messages in memory. Members at the same cursor share a read. A failed
 * read is retried.
 */

import { CLOSE } from "../../protocol/close_codes.ts";
import type { Later } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import { attempt } from "../runtime/attempt.ts";
import { STORE_RETRY_MS } from "./error_event.ts";
import type { ReadQueue } from "./read_queue.ts";
import type { Room } from "./room.ts";
import type { Member } from "./session.ts";
import type { Page } from "../store/store.ts";

/** Messages read at once. */
const FETCH = 256;

/** Options of {@linkcode Backfill}. */
export interface BackfillOptions {
  readonly reads: ReadQueue;
  readonly log: Logger;
  readonly later: Later;
}

/** Reads messages for members that lag. */
export class Backfill {
  readonly #options: BackfillOptions;
  /** Running reads, by room and cursor. */
  readonly #reads = new Map<string, Promise<Page>>();

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
    this.#read(room, after).then((page) => {
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
  #read({ name, epoch, removals }: Room, after: number): Promise<Page> {
    const key = JSON.stringify([name, epoch, removals, after]);
    let reading = this.#reads.get(key);
    if (reading === undefined) {
      reading = attempt(() =>
        this.#options.reads.of(`room ${name}`).read(name, {
          after,
          limit: FETCH,
        })
      ).finally(() => this.#reads.delete(key));
      this.#reads.set(key, reading);
    }
    return reading;
  }
}
