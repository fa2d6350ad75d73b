/**
 * Hooks around each append: announces joins before it. After it, sends acks or
 * errors to the publishers, then delivers the messages.
 */

import { HubbubError } from "../../protocol/errors.ts";
import type { ErrorEvent } from "../../protocol/events.ts";
import { sse } from "../../protocol/sse.ts";
import type { AccessPolicy } from "../moderation/access_policy.ts";
import {
  errorEventOf,
  STORE_UNAVAILABLE,
  storeError,
} from "../rooms/error_event.ts";
import type { RoomRegistry } from "../rooms/room_registry.ts";
import type { RoomCreation } from "../rooms/room_creation.ts";
import type { SessionRegistry } from "../sessions/session_registry.ts";
import type { Stats } from "../runtime/stats.ts";
import type { HealthCheck } from "./health_check.ts";
import { type Receipt, RoomNotMadeError, type Store } from "../store/store.ts";
import type { CommitHooks, Pending } from "../rooms/group_commit.ts";

/** Options of {@linkcode commitHooks}. */
export interface CommitHooksOptions {
  readonly rooms: RoomRegistry;
  readonly accessPolicy: AccessPolicy;
  readonly creation: RoomCreation;
  readonly health: HealthCheck;
  readonly stats: Stats;
  readonly store: Pick<Store, "read">;
  readonly sessions: Pick<SessionRegistry, "failed">;
}

/** Returns the hooks of a hub's ticks. */
export function commitHooks(
  { rooms, accessPolicy, creation, health, stats, store, sessions }:
    CommitHooksOptions,
): CommitHooks {
  const refuse = (draft: Pending, error: ErrorEvent) => {
    const { room, author, session, id, cid } = draft;
    settled(draft);
    accessPolicy.failed(room, author);
    session.reader?.tell({ ...error, cid, id });
  };
  const refuseAlone = (draft: Pending, reason: Error) => {
    const bad = reason instanceof RoomNotMadeError
      ? rooms.refusalOfNew(draft.room)
      : undefined;
    const error = bad ?? storeError(reason, creation.wait(draft.session));
    if (error.code === "not_stored") {
      health.checkAfter("message not stored", reason);
    }
    refuse(draft, errorEventOf(error));
  };
  const answer = (draft: Pending, receipt: Receipt | undefined) => {
    if (receipt?.refused !== undefined) {
      return refuseAlone(draft, receipt.refused);
    }
    // A repeat is not delivered again.
    const seq = receipt?.duplicate ? undefined : receipt?.seq;
    if (!receipt?.duplicate) stats.messages++;
    if (seq === 1) creation.made(draft.session);
    if (receipt?.duplicate && isPublish(draft)) {
      void answerRepeat(draft, receipt);
      return;
    }
    settled(draft, seq);
    acknowledge(draft, receipt);
  };
  // Another text under a cid that is known would be lost with an ack.
  const answerRepeat = async (draft: Pending, receipt: Receipt) => {
    const { room, text, session } = draft;
    try {
      const range = { after: receipt.seq - 1, limit: 1 };
      const [known] = (await store.read(room, range)).messages;
      const differs = known?.seq === receipt.seq && !known.removed &&
        known.text !== text;
      contain(draft, () => {
        if (differs) {
          return refuse(draft, errorEventOf(new HubbubError("cid_reused")));
        }
        settled(draft);
        acknowledge(draft, receipt);
        session.reader?.flush();
      });
    } catch {
      contain(draft, () => refuse(draft, STORE_UNAVAILABLE));
    }
  };
  // A fault in one message must not affect the others.
  const contain = ({ session }: Pending, act: () => void) => {
    try {
      act();
    } catch (error) {
      sessions.failed(session, error);
    }
  };
  return {
    before() {
      rooms.deliver();
      rooms.announceJoins();
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
    after: () => rooms.announceLeaves(),
  };
}

/** Whether a draft is a message that somebody wrote. The HTTP API compares the
 * texts of repeats itself, since it answers with the first one's address. */
function isPublish({ removes, announcement, session }: Pending): boolean {
  return removes === undefined && announcement === undefined &&
    session.dialect !== sse;
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
