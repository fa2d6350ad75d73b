/**
 * Keeping order from a script: the requests of moderators, as resources. What a
 * body may have is checked as in `hubbub.v1`, of which it is a line without
 * `type` and `room`.
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

/** Bytes of a body that has no text of a message in it. */
const MOST_BYTES = 16 * 1024;
const CREATED: AnswerOptions = { status: 201 };

/** The name that others see of a moderator whose token has none. A token's
 * `sub` is private: it may be an e-mail address. */
const MODERATOR = "Moderator";

/** Returns who asks. The operator's requests, like those of a token without a
 * user, act for the server; it owns no messages. */
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

/** Carries a request out; gives the seq of the message it added, if it did. */
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

/** What holds in a room. */
function rulesOf({ hub }: Tools, { room }: Call): Response {
  return json({ room, ...hub.rules(room) });
}

/** Answers with what holds in a room. */
export function readRules(tools: Tools, call: Call): Promise<Response> {
  return Promise.resolve(rulesOf(tools, call));
}

/** Takes a message's text away. */
export async function removeMessage(
  tools: Tools,
  call: Call,
): Promise<Response> {
  const { room, rest } = call;
  const removes = Number(rest);
  const seq = await act(tools, call, { type: "remove", seq: removes });
  return json({ room, removes, seq });
}

/** Locks a room, or unlocks it. */
export async function setLock(
  tools: Tools,
  call: Call,
  locked: boolean,
): Promise<Response> {
  await act(tools, call, { type: "lock", locked });
  return rulesOf(tools, call);
}

/** Begins slow mode, or ends it. */
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

/** Sends somebody away. */
export async function kick(
  tools: Tools,
  call: Call,
): Promise<Response> {
  const { name, reason } = await bodyOf(tools, call, '{"name":"Eve"}');
  await act(tools, call, { type: "kick", name, reason });
  return json({ room: call.room || EVERY_ROOM, name, reason });
}

/** What stands for an address that is not for who asks. */
const HIDDEN = "hidden";

/** A ban as scripts get it. */
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
 * Answers with who is kept out, in the order in which that ends. Addresses are
 * for those who may moderate the whole server: a room's moderator sees that a
 * ban holds for the address too, and not which it is.
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

/** Keeps somebody out. */
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

/** Lets somebody in again. */
export async function unban(
  tools: Tools,
  call: Call,
): Promise<Response> {
  const { name, user, address } = fieldsOf(call);
  await act(tools, call, { type: "unban", name, user, address });
  return json({ room: call.room || EVERY_ROOM, name, user, address });
}

/** Says something to all in a room, or in all rooms that somebody is in. */
export async function announce(
  tools: Tools,
  call: Call,
): Promise<Response> {
  const { text } = await readWanted(tools, call);
  const seq = await act(tools, call, { type: "announce", text });
  return json({ room: call.room || EVERY_ROOM, seq }, CREATED);
}

/**
 * Answers with a page of what moderators have done, and where to go on from
 * there.
 */
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
