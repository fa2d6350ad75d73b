/** A room that is moderated, and what tests ask of it. */

import { assertEquals, assertThrows } from "@std/assert";
import { type ErrorCode, HubbubError } from "../../../protocol/errors.ts";
import type { ModerationRequest } from "../../../protocol/requests.ts";
import { v1 } from "../../../protocol/v1.ts";
import { AUDIT_ROOM } from "../../../server/moderation/audit_log.ts";
import {
  OPEN,
  type Permissions,
  TRUSTED,
} from "../../../server/auth/permissions.ts";
import type { Session } from "../../../server/rooms/session.ts";
import { HubBench } from "./hub_bench.ts";

/** The bearer of a token without the right to moderate. */
export function user(user: string, name?: string): Permissions {
  return { ...OPEN, user, name };
}

/** A hall with a moderator in it. */
export async function hall(dialect = v1) {
  const bench = new HubBench();
  const mod = await bench.enter("Mod", dialect, TRUSTED);
  const moderate = async (request: ModerationRequest) => {
    bench.hub.moderate(mod.session, { room: "hall", id: 1, ...request });
    await bench.turn();
  };
  return { bench, mod, moderate };
}

export type Hall = Awaited<ReturnType<typeof hall>>;

/** What is refused, with which code. */
export function assertRefused(act: () => void, code: ErrorCode): HubbubError {
  const error = assertThrows(act, HubbubError);
  assertEquals(error.code, code, error.message);
  return error;
}

/** Joins a room of the bench, and takes what was told of it. */
export async function join({ bench }: Hall, session: Session, room = "hall") {
  bench.hub.join(session, { type: "join", room });
  await bench.turn();
}

/** What is written down. */
export async function audit({ bench }: Hall): Promise<unknown[]> {
  const { messages } = await bench.store.read(AUDIT_ROOM, {
    after: 0,
    limit: 99,
  });
  return messages.map(({ from, text }) => ({ by: from, ...JSON.parse(text) }));
}
