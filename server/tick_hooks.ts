/**
 * What the rooms do around each append: who came is told before it, and after
 * it those who published get acks or errors, and everybody the messages.
 */

import type { Gate } from "./gate.ts";
import { STORE_UNAVAILABLE } from "./refusals.ts";
import type { Rooms } from "./rooms.ts";
import type { Stats } from "./stats.ts";
import type { StoreHealth } from "./store_health.ts";
import type { Receipt } from "./store/store.ts";
import type { Pending, TickHooks } from "./tick.ts";

/** What {@linkcode tickHooks} needs. */
export interface TickHooksOptions {
  readonly rooms: Rooms;
  readonly gate: Gate;
  readonly health: StoreHealth;
  readonly stats: Stats;
}

/** What a hub does around each append. */
export function tickHooks(
  { rooms, gate, health, stats }: TickHooksOptions,
): TickHooks {
  return {
    before() {
      rooms.deliver();
      rooms.announceArrivals();
    },
    stored(pending, receipts) {
      health.works();
      // A sender gets its acks and the tick's messages in one frame.
      for (const [index, draft] of pending.entries()) {
        const receipt = receipts[index];
        if (!receipt?.duplicate) stats.messages++;
        acknowledge(draft, receipt);
      }
      rooms.deliver();
      for (const { session } of pending) session.reader?.flush();
    },
    failed(pending, error) {
      health.fails(error);
      for (const { room, author, session, id, cid } of pending) {
        gate.failed(room, author);
        stats.refused.add(STORE_UNAVAILABLE.code);
        session.reader?.tell({ ...STORE_UNAVAILABLE, cid, id });
      }
    },
    after: () => rooms.announceDepartures(),
  };
}

function acknowledge(
  { session, room, id, cid }: Pending,
  receipt?: Receipt,
): void {
  if (receipt === undefined || (id === undefined && cid === undefined)) return;
  const { seq, duplicate } = receipt;
  session.reader?.note({
    type: "ack",
    room,
    seq,
    cid,
    ...(duplicate && { duplicate }),
    id,
  });
}
