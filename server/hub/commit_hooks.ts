/**
 * Hooks around each append: announces joins before it. After it, sends acks or
 * errors to the publishers, then delivers the messages.
 */

import type { ErrorEvent } from "../../protocol/events.ts";
import type { Gate } from "../moderation/access_policy.ts";
import {
  refusal,
  refusalOfStore,
  STORE_UNAVAILABLE,
} from "../rooms/error_event.ts";
import type { Rooms } from "../rooms/room_registry.ts";
import type { RoomCreation } from "../rooms/room_creation.ts";
import type { Session } from "../rooms/session.ts";
import type { Stats } from "../runtime/stats.ts";
import type { StoreHealth } from "./store_health.ts";
import { type Receipt, RoomNotMadeError } from "../store/store.ts";
import type { Pending, TickHooks } from "../rooms/group_commit.ts";

/** Options of {@linkcode tickHooks}. */
export interface TickHooksOptions {
  readonly rooms: Rooms;
  readonly gate: Gate;
  readonly creation: RoomCreation;
  readonly health: StoreHealth;
  readonly stats: Stats;
  /** Closes the connection of a session whose code has thrown. Never throws. */
  readonly failed: (session: Session, error: unknown) => void;
}

/** Returns the hooks of a hub's ticks. */
export function tickHooks(
  { rooms, gate, creation, health, stats, failed }: TickHooksOptions,
): TickHooks {
  const refuse = (draft: Pending, error: ErrorEvent) => {
    const { room, author, session, id, cid } = draft;
    settled(draft);
    gate.failed(room, author);
    stats.refused.add(error.code);
    session.reader?.tell({ ...error, cid, id });
  };
  const refuseAlone = (draft: Pending, reason: Error) => {
    const bad = reason instanceof RoomNotMadeError
      ? rooms.refusalOfNew(draft.room)
      : undefined;
    const error = bad ?? refusalOfStore(reason, creation.wait(draft.session));
    if (error.code === "not_stored") {
      health.doubts("message not stored", reason);
    }
    refuse(draft, refusal(error));
  };
  const answer = (draft: Pending, receipt: Receipt | undefined) => {
    if (receipt?.refused !== undefined) {
      return refuseAlone(draft, receipt.refused);
    }
    // A repeat is not delivered again.
    const seq = receipt?.duplicate ? undefined : receipt?.seq;
    if (!receipt?.duplicate) stats.messages++;
    if (seq === 1) creation.made(draft.session);
    settled(draft, seq);
    acknowledge(draft, receipt);
  };
  // A fault in one message must not affect the others.
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
      // Acks and the tick's messages share a frame.
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
