/**
 * The audit log of moderation actions. It is stored like a room's log, under a
 * name that no room can have, so no client can join or read it.
 */

import type { ModerationRequest } from "../../protocol/requests.ts";
import type { Session } from "../rooms/session.ts";
import type { Draft, StoredMessage } from "../store/store.ts";

/** Its name in the store; room names begin with a letter or a digit. */
export const AUDIT_ROOM = "_audit";

/** An audit entry; contains no message texts. */
export interface AuditEntry {
  readonly act: ModerationRequest["type"] | "import";
  /** `*` means all rooms. */
  readonly room: string;
  /** The removed message and its sender. */
  readonly seq?: number;
  readonly name?: string | undefined;
  readonly user?: string | undefined;
  readonly address?: string | undefined;
  readonly withAddress?: boolean | undefined;
  readonly forMs?: number;
  readonly locked?: boolean;
  readonly everyMs?: number;
  readonly reason?: string | undefined;
  /** Result of a completed import. */
  readonly imported?: number;
  readonly duplicates?: number;
}

/**
 * Returns an entry for the server's log, without private fields: logs are
 * shipped elsewhere, and a `sub` may be an e-mail address.
 */
export function logged(
  { user, ...entry }: AuditEntry,
  { name, author }: Pick<Session, "name" | "author">,
): Record<string, unknown> {
  return {
    by: name,
    author: author.kind === "session" ? author.id : author.kind,
    ...entry,
    ...(user !== undefined && { user: "(in the audit log)" }),
  };
}

/**
 * Creates the draft of an entry.
 *
 * @param entry The entry.
 * @param session The moderator's session.
 * @param cid Set for actions that happen only once.
 */
export function auditDraft(
  entry: AuditEntry,
  { name, author }: Pick<Session, "name" | "author">,
  cid?: string,
): Draft {
  const text = JSON.stringify(entry);
  const draft = { room: AUDIT_ROOM, from: name, author: author.key, text, cid };
  // Also above the limit of rooms.
  return { ...draft, makesRoom: "always" };
}

/** Returns an entry for readers; `seq` is its own, `message` that of the
 * message. */
export function auditRecord({ seq, at, from, text }: StoredMessage): object {
  const { seq: message, ...entry } = JSON.parse(text) as AuditEntry;
  return { seq, at, by: from, ...entry, ...(message && { message }) };
}
