/**
 * What moderators have done, written down: a log in the store like a room's,
 * under a name that no room can have, so that nobody can join or read it as one.
 */

import type { ModerationRequest } from "../../protocol/requests.ts";
import type { Session } from "../rooms/session.ts";
import type { Draft, StoredMessage } from "../store/store.ts";

/** Where it stands; rooms' names begin with a letter or a digit. */
export const AUDIT_ROOM = "_audit";

/** One act, as it is kept. No texts of messages. */
export interface AuditEntry {
  readonly act: ModerationRequest["type"] | "import";
  /** `*`: in all rooms. */
  readonly room: string;
  /** The message that was removed, and who had sent it. */
  readonly seq?: number;
  readonly name?: string | undefined;
  readonly user?: string | undefined;
  readonly address?: string | undefined;
  readonly withAddress?: boolean | undefined;
  readonly forMs?: number;
  readonly locked?: boolean;
  readonly everyMs?: number;
  readonly reason?: string | undefined;
  /** What came of an import, when it has ended. */
  readonly imported?: number;
  readonly duplicates?: number;
}

/**
 * An entry as it is logged: logs are shipped elsewhere, and a `sub` may be an
 * e-mail address.
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
 * Writes an entry down.
 *
 * @param entry What was done.
 * @param session Who has done it.
 * @param cid For what can be done once only.
 */
export function auditDraft(
  entry: AuditEntry,
  { name, author }: Pick<Session, "name" | "author">,
  cid?: string,
): Draft {
  const text = JSON.stringify(entry);
  const draft = { room: AUDIT_ROOM, from: name, author: author.key, text, cid };
  // Also where there are as many rooms as there may be.
  return { ...draft, makesRoom: "always" };
}

/** An entry as it is read; its own seq is `seq`, that of a message `message`. */
export function auditRecord({ seq, at, from, text }: StoredMessage): object {
  const { seq: message, ...entry } = JSON.parse(text) as AuditEntry;
  return { seq, at, by: from, ...entry, ...(message && { message }) };
}
