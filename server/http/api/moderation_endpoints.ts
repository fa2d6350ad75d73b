/**
 * Moderation requests as HTTP resources. Bodies follow the rules of
 * `hubbub.v1`, without `type` and `room`.
 */

import type { ModerationRequest } from "../../../protocol/requests.ts";
import { SERVER_NAME } from "../../../protocol/names.ts";
import { EVERY_ROOM } from "../../../protocol/rights.ts";
import { decodeFields } from "../../../protocol/v1.ts";
import { AUDIT_ROOM, auditRecord } from "../../moderation/audit_log.ts";
import { SYSTEM, userAuthor } from "../../auth/author.ts";
import { OPERATOR_USER } from "../../auth/operator_token.ts";
import type { Ban } from "../../moderation/rules.ts";
import { readObject, readText } from "./body.ts";
import { type AnswerOptions, type Call, json, type Tools } from "./call.ts";
import { costOfPage } from "../../rooms/page_cost.ts";
import { rangeOf, readPage } from "./message_endpoints.ts";
import { readWanted } from "./publish.ts";
import { type Guise, moderate } from "./visitor.ts";

/** Maximum bytes of a body without a message text. */
const MOST_BYTES = 16 * 1024;
const CREATED: AnswerOptions = { status: 201 };

/** Public name of a moderator whose token has no name. A token's `sub` is
 * private: it may be an e-mail address. */
const MODERATOR = "Moderator";

/** Returns the identity of the sender. Requests of the operator, and of tokens
 * without a user, act for the server, which owns no messages. */
export function guiseOf({ permissions, address }: Call): Guise {
  const { user, name } = permissions;
  return user === undefined || user === OPERATOR_USER
    ? { name: name ?? SERVER_NAME, author: SYSTEM, permissions, address }
    : {
      name: name ?? MODERATOR,
      author: userAuthor(user),
      permissions,
      address,
    };
}

function fieldsOf({ url }: Call): Readonly<Record<string, string>> {
  return Object.fromEntries(url.searchParams);
}

async function bodyOf(tools: Tools, { request }: Call, hint: string) {
  return readObject(
    await readText(request, { bytes: MOST_BYTES }, tools),
    hint,
  );
}

/** Executes a request. Returns the seq of the message that it added, if any. */
async function act(
  { hub }: Tools,
  call: Call,
  request: Pick<ModerationRequest, "type"> & Readonly<Record<string, unknown>>,
): Promise<number | undefined> {
  const room = call.room || EVERY_ROOM;
  const decoded = decodeFields({ ...request, room, id: undefined });
  if (!decoded.ok) throw decoded.error;
  return await moderate(
    hub,
    guiseOf(call),
    decoded.request as ModerationRequest,
  );
}

/** Returns the rules of a room. */
function rulesOf({ hub }: Tools, { room }: Call): Response {
  return json({ room, ...hub.rules(room) });
}

/** Returns the rules of a room. */
export function readRules(tools: Tools, call: Call): Promise<Response> {
  return Promise.resolve(rulesOf(tools, call));
}

/** Removes a message's text. */
export async function removeMessage(
  tools: Tools,
  call: Call,
): Promise<Response> {
  const { room, rest } = call;
  const removes = Number(rest);
  const seq = await act(tools, call, { type: "remove", seq: removes });
  return json({ room, removes, seq });
}

/** Locks or unlocks a room. */
export async function setLock(
  tools: Tools,
  call: Call,
  locked: boolean,
): Promise<Response> {
  await act(tools, call, { type: "lock", locked });
  return rulesOf(tools, call);
}

/** Starts or ends slow mode. */
export async function setSlow(
  tools: Tools,
  call: Call,
  on: boolean,
): Promise<Response> {
  const { everyMs } = on
    ? await bodyOf(tools, call, '{"everyMs":10000}')
    : { everyMs: 0 };
  await act(tools, call, { type: "slow", everyMs });
  return rulesOf(tools, call);
}

/** Kicks a user from a room. */
export async function kick(
  tools: Tools,
  call: Call,
): Promise<Response> {
  const { name, reason } = await bodyOf(tools, call, '{"name":"Eve"}');
  await act(tools, call, { type: "kick", name, reason });
  return json({ room: call.room || EVERY_ROOM, name, reason });
}

/** Placeholder for an address that the sender may not see. */
const HIDDEN = "hidden";

/** Returns a ban in the API's format. */
function banOf(ban: Ban, seesAddresses: boolean) {
  const { kind, room, name, user, until, by, at, reason, withAddress } = ban;
  const address = ban.address === undefined || seesAddresses
    ? ban.address
    : HIDDEN;
  return {
    kind,
    room,
    name,
    user,
    address,
    withAddress,
    until,
    by,
    at,
    reason,
  };
}

/**
 * Returns the bans in the order in which they expire. Only moderators of the
 * whole server see addresses; a room's moderator sees whether a ban includes
 * the address.
 */
export function listBans(
  { hub, rates }: Tools,
  { room, permissions, address }: Call,
): Promise<Response> {
  const seesAddresses = permissions.allows("moderate", EVERY_ROOM);
  const bans = hub.bans(room || EVERY_ROOM)
    .filter(({ beganBy }) => seesAddresses || beganBy === undefined)
    .map((ban) => banOf(ban, seesAddresses));
  rates.settle(address, { expected: 1, actual: costOfPage(bans.length) });
  return Promise.resolve(json({ bans }));
}

/** Bans a user. */
export async function ban(
  tools: Tools,
  call: Call,
): Promise<Response> {
  const body = await bodyOf(tools, call, '{"name":"Eve","forMs":600000}');
  await act(tools, call, { ...body, type: "ban" });
  const { name, user, address, forMs, reason } = body;
  const room = call.room || EVERY_ROOM;
  return json({ room, name, user, address, forMs, reason }, CREATED);
}

/** Lifts a ban. */
export async function unban(
  tools: Tools,
  call: Call,
): Promise<Response> {
  const { name, user, address } = fieldsOf(call);
  await act(tools, call, { type: "unban", name, user, address });
  return json({ room: call.room || EVERY_ROOM, name, user, address });
}

/** Sends an announcement to a room, or to all occupied rooms. */
export async function announce(
  tools: Tools,
  call: Call,
): Promise<Response> {
  const { text } = await readWanted(tools, call);
  const seq = await act(tools, call, { type: "announce", text });
  return json({ room: call.room || EVERY_ROOM, seq }, CREATED);
}

/** Returns a page of the audit log, with a link to the next page. */
export async function readAudit(
  tools: Tools,
  { url, base, address }: Call,
): Promise<Response> {
  const { hub } = tools;
  const range = rangeOf(url, hub.limits.history);
  const page = await readPage(tools, { address, room: AUDIT_ROOM }, range);
  const { first, head, messages } = page;
  const link = (side: "after" | "before", seq: number) =>
    `${base}/api/audit?${side}=${seq}&limit=${range.limit}`;
  const oldest = messages[0]?.seq;
  const newest = messages.at(-1)?.seq ??
    ("after" in range ? Math.min(range.after, head) : head);
  return json({
    entries: messages.map(auditRecord),
    older: oldest === undefined || oldest <= first
      ? null
      : link("before", oldest),
    newer: link("after", newest),
  });
}
