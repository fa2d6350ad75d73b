/**
 * What the rooms do around each append: who came is told before it, and after
 * it those who published get acks or errors, and everybody the messages.
 */

import type { ErrorEvent } from "../protocol/events.ts";
import type { Gate } from "./gate.ts";
import { STORE_UNAVAILABLE } from "./refusals.ts";
import type { Rooms } from "./rooms.ts";
import type { Session } from "./session.ts";
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
  /** Ends a session of which something has thrown. Never throws. */
  readonly failed: (session: Session, error: unknown) => void;
}

/** What a hub does around each append. */
export function tickHooks(
  { rooms, gate, health, stats, failed }: TickHooksOptions,
): TickHooks {
  const refuse = (draft: Pending, error: ErrorEvent) => {
    const { room, author, session, id, cid } = draft;
    settled(draft);
    gate.failed(room, author);
    stats.refused.add(error.code);
    session.reader?.tell({ ...error, cid, id });
  };
  const answer = (draft: Pending, receipt: Receipt | undefined) => {
    if (receipt?.refused !== undefined) {
      health.doubts("message not stored", receipt.refused);
      return refuse(draft, refusalOf(receipt.refused));
    }
    if (!receipt?.duplicate) stats.messages++;
    // What was stored before does not come back to it.
    const seq = receipt?.duplicate ? undefined : receipt?.seq;
    settled(draft, seq);
    acknowledge(draft, receipt);
  };
  // What goes wrong with one message must not reach the others.
  const contain = ({ session }: Pending, act: () => void) => {
    try {
      act();
    } catch (error) {
      failed(session, error);
    }
  };
  return {
    before() {
      rooms.deliver();
      rooms.announceArrivals();
    },
    stored(pending, receipts) {
      health.works();
      // A sender gets its acks and the tick's messages in one frame.
      for (const [index, draft] of pending.entries()) {
        contain(draft, () => answer(draft, receipts[index]));
      }
      rooms.deliver();
      for (const { session } of pending) session.reader?.flush();
    },
    failed(pending, error) {
      health.fails(error);
      for (const draft of pending) {
        contain(draft, () => refuse(draft, STORE_UNAVAILABLE));
      }
    },
    after: () => rooms.announceDepartures(),
  };
}

/** What a sender is told whose message was refused while others were stored. */
function refusalOf(_reason: Error): ErrorEvent {
  return {
    ...STORE_UNAVAILABLE,
    message: "This message could not be stored. Send it again in a moment",
  };
}

function settled({ session, room, text }: Pending, seq?: number): void {
  session.members.get(room)?.sent?.settled(text, seq);
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
