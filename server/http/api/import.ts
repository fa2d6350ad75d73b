/**
 * Imports NDJSON, such as an export, as new messages at the end of a room, with
 * new seq and time. Recognizes lines that were imported before, so that an
 * import can be repeated.
 */

import { nextTurn } from "../../runtime/event_loop.ts";
import { HubbubError } from "../../../protocol/errors.ts";
import { checkOldName, nameKey, SERVER_NAME } from "../../../protocol/names.ts";
import { EVERY_ROOM } from "../../../protocol/rights.ts";
import { bodyLimit } from "../read_body.ts";
import type { Hub } from "../../hub/hub.ts";
import { checkText } from "../../rooms/message_text.ts";
import { importAuthor } from "../../auth/author.ts";
import type { Draft } from "../../store/store.ts";
import {
  checkCid,
  mediaType,
  readLines,
  readObject,
  readString,
} from "./body.ts";
import { type Call, json, type Tools } from "./call.ts";
import { NDJSON } from "./export.ts";
import { guiseOf } from "./moderation_endpoints.ts";
import { RequestLimits } from "../request_limits.ts";
import { Problem, problemOf } from "./problem.ts";

/** Maximum bytes of a request. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Limits of concurrent imports: each adds load to the store. The limit per
 * address also applies per room and per user. */
const AT_ONCE = { total: 8, perAddress: 2, what: "imports" };
/** Maximum duration of an import, in milliseconds. */
const MOST_MS = 15 * 60_000;
/** Messages per store write. */
const BATCH = 256;
const TYPES = new Set([NDJSON, "application/ndjson", "application/jsonl"]);
const HINT = '{"from":"Ada","text":"Hello"}';

/** Creates the limit of concurrent imports of one server. */
export function importLimits(): RequestLimits {
  return new RequestLimits(AT_ONCE);
}

/** Progress of an import. */
interface Tally {
  imported: number;
  duplicates: number;
  /** Number of the current line, from 1. */
  line: number;
  /** Whether the import exceeded its time limit. */
  isLate: boolean;
  /** Whether the audit log has its start. */
  begun: boolean;
}

function wrong(field: string, wanted: string): HubbubError {
  return new HubbubError("bad_field", {
    message: `Field "${field}" must be ${wanted}`,
  });
}

/**
 * Returns the identity of a line: its position in the original log or, without
 * one, its `cid`. Not both: a client may number its messages 1, 2, 3 in each of
 * two sessions.
 */
function identityOf(
  { seq, at, cid }: Readonly<Record<string, unknown>>,
): string | undefined {
  if (seq !== undefined) {
    if (!Number.isSafeInteger(seq)) throw wrong("seq", "a whole number");
    if (at !== undefined && !Number.isSafeInteger(at)) {
      throw wrong("at", "milliseconds since 1970");
    }
    return `${seq}@${at ?? ""}`;
  }
  return cid === undefined ? undefined : checkCid(cid, "cid");
}

/** Skips removed messages and removal events: the latter refer to a seq of
 * another log. */
function isLeftOut(fields: Readonly<Record<string, unknown>>): boolean {
  return fields["removed"] === true || fields["removes"] !== undefined;
}

/** Returns the draft of a line; undefined for a skipped line. Names are not
 * checked: they belong to the original authors, and the importer is trusted. */
function draftOf(
  line: string,
  { hub, room, permissions }: Pick<Call, "room" | "permissions"> & { hub: Hub },
): Draft | undefined {
  const fields = readObject(line, HINT);
  if (isLeftOut(fields)) return undefined;
  const announcement = fields["announcement"] === true;
  if (announcement && !permissions.allows("moderate", EVERY_ROOM)) {
    throw new HubbubError("forbidden", {
      message: "Announcements are imported by moderators of all rooms alone. " +
        'Leave out the lines with "announcement"',
    });
  }
  const from = readString(fields, "from");
  const text = readString(fields, "text");
  return {
    room,
    from: announcement && from === SERVER_NAME ? from : checkOldName(from),
    text: checkText(text, hub.limits.text),
    author: importAuthor(nameKey(from)).key,
    cid: identityOf(fields),
    ...(announcement && { announcement }),
  };
}

async function store(
  { hub, storage, clock }: Tools,
  call: Call,
  { drafts, tally }: { drafts: readonly Draft[]; tally: Tally },
): Promise<void> {
  if (!hub.accepting) throw new HubbubError("stopping");
  // The body may take long to arrive.
  if (clock.now() >= call.permissions.until) {
    throw new HubbubError("auth_expired");
  }
  if (!tally.begun) {
    // Audited first, so that no import happens without an entry.
    await hub.auditImport(guiseOf(call), call.room);
    tally.begun = true;
  }
  const receipts = await storage.append(drafts);
  for (const { duplicate, refused } of receipts) {
    if (duplicate) tally.duplicates++;
    else if (refused === undefined) tally.imported++;
  }
  storage.mustBeStored(receipts);
  // Yields to the event loop.
  await nextTurn();
}

function tooLong(): Problem {
  return new Problem(
    "too_slow",
    `The import took more than ${MOST_MS / 60_000} minutes. Send it in parts`,
  );
}

async function storeAll(
  tools: Tools,
  call: Call,
  tally: Tally,
): Promise<void> {
  const { hub } = tools;
  const { request, room, permissions } = call;
  let drafts: Draft[] = [];
  // A line fits the longest allowed text, however it is escaped.
  const bounds = { bytes: MOST_BYTES, line: bodyLimit(hub.limits.text) };
  for await (const text of readLines(request, bounds, tools)) {
    if (tally.isLate) throw tooLong();
    tally.line++;
    if (text.trim() === "") continue;
    const draft = draftOf(text, { hub, room, permissions });
    if (draft === undefined) continue;
    drafts.push(draft);
    if (drafts.length < BATCH) continue;
    await store(tools, call, { drafts, tally });
    drafts = [];
  }
  if (drafts.length > 0) await store(tools, call, { drafts, tally });
}

/**
 * Adds the lines of the body to a room and returns how many were new. Errors
 * carry the line number and how many messages were stored before it: the client
 * can resend lines with a `seq` or a `cid`.
 *
 * @param tools Hub and store.
 * @param call The request.
 * @param imports Limit of concurrent imports: {@linkcode importLimits}.
 * @throws {Problem} Everything that {@linkcode problemOf} makes of a bad line,
 * and `unsupported_type`, `too_large`, `too_slow` or `too_many_requests`.
 */
export async function importRoom(
  tools: Tools,
  call: Call,
  imports: RequestLimits,
): Promise<Response> {
  const { request, room, address, permissions } = call;
  const type = mediaType(request);
  if (!TYPES.has(type)) {
    throw new Problem(
      "unsupported_type",
      `"${type}" is not supported. Send lines such as ${HINT} ` +
        `with Content-Type: ${NDJSON}`,
      { headers: { "accept": NDJSON } },
    );
  }
  const { ledger, clock } = tools;
  const { user } = permissions;
  const leave = imports.enter(address, [
    `room ${room}`,
    ...(user === undefined ? [] : [`user ${user}`]),
  ]);
  const release = ledger.open("import");
  const tally: Tally = {
    imported: 0,
    duplicates: 0,
    line: 0,
    isLate: false,
    begun: false,
  };
  const stop = clock.after(MOST_MS, () => tally.isLate = true);
  try {
    try {
      await storeAll(tools, call, tally);
    } finally {
      // Includes what was stored before an error.
      const { begun, imported, duplicates } = tally;
      if (begun) {
        const counts = { imported, duplicates };
        await tools.hub.auditImport(guiseOf(call), room, counts);
      }
    }
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code === "internal") throw error;
    const { imported, duplicates, line } = tally;
    throw problem.with({ imported, duplicates, line });
  } finally {
    stop();
    release();
    leave();
  }
  const { imported, duplicates } = tally;
  return json({ room, imported, duplicates });
}
