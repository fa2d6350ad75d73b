/**
 * Brings members what is older than what their room has in memory: read from
 * the store, once for all who wait for the same, and again after a read that
 * failed.
 */

import { CLOSE } from "../../protocol/close_codes.ts";
import type { Later } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import { attempt } from "../runtime/attempt.ts";
import { STORE_RETRY_MS } from "./error_event.ts";
import type { Room } from "./room.ts";
import type { Member } from "./session.ts";
import type { Page, Store } from "../store/store.ts";

/** Messages read at once. */
const FETCH = 256;

/** What {@linkcode CatchUp} needs. */
export interface CatchUpOptions {
  readonly store: Pick<Store, "read">;
  readonly log: Logger;
  readonly later: Later;
}

/** Reads for members that are behind. */
export class CatchUp {
  readonly #options: CatchUpOptions;
  /** Reads under way, by what they read. */
  readonly #reads = new Map<string, Promise<Page>>();

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /**
   * Reads what is behind a member's cursor, and has it pumped with that.
   *
   * @param member Who is behind.
   * @param room Where.
   */
  fetch(member: Member, room: Room): void {
    const { log, later } = this.#options;
    const after = member.cursor;
    const { epoch, removals } = room;
    member.fetching = true;
    this.#read(room, after).then((page) => {
      // The room will be told of it; until then there is nothing to send.
      if (page.epoch !== epoch && room.epoch === epoch) {
        throw new Error("The log has begun a new life");
      }
      member.fetching = false;
      // It was set elsewhere meanwhile: this is not what follows there. Or a
      // text was removed, which may be in what was read before.
      if (
        room.epoch !== epoch || member.cursor !== after ||
        room.removals !== removals
      ) {
        return room.pump(member);
      }
      room.trimmed(page.first);
      if (page.first <= after + 1 && page.messages[0]?.seq !== after + 1) {
        // The store has lost what it says it keeps. Going on would loop.
        log.error("log has a hole", { room: room.name, after });
        member.session.reader?.end(CLOSE.internalError);
        return;
      }
      room.pump(member, page.messages);
    }).catch((error) => {
      log.error("read failed", { room: room.name, error });
      later.add(STORE_RETRY_MS, () => {
        member.fetching = false;
        room.pump(member);
      });
    });
  }

  /** Reads once for all who wait for the same: of a thousand who fell behind in
   * one turn each would read it for itself. */
  #read({ name, epoch, removals }: Room, after: number): Promise<Page> {
    const key = JSON.stringify([name, epoch, removals, after]);
    let reading = this.#reads.get(key);
    if (reading === undefined) {
      reading = attempt(() =>
        this.#options.store.read(name, { after, limit: FETCH })
      ).finally(() => this.#reads.delete(key));
      this.#reads.set(key, reading);
    }
    return reading;
  }
}
