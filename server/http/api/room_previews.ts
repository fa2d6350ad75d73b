/** Adds the start of its newest message to each entry of the list of rooms. */

import { HubbubError } from "../../../protocol/errors.ts";
import { type Message, publicFields } from "../../../protocol/message.ts";
import { readHistory } from "../../rooms/history.ts";
import type { Call, Tools } from "./call.ts";

/** Maximum rooms per page with previews: each is a read of the store. */
export const MOST_PREVIEWS = 50;
/** Rooms with a preview that count as one request. */
const PREVIEWS_A_REQUEST = 10;
/** Maximum characters of a preview. */
const CHARACTERS = 120;
/** UTF-16 units looked at: more than characters, because of pairs and blanks. */
const UNITS = 4 * CHARACTERS;

/** A message with only the start of its text, in one line. */
export type Preview = Omit<Message, "room" | "cid">;

/** Returns the cost of previews, in requests. */
export function costOfPreviews(count: number): number {
  return Math.ceil(count / PREVIEWS_A_REQUEST);
}

/** Returns the start of a text in one line. */
export function startOf(text: string): string {
  const start = text.slice(0, UNITS).replace(/\s+/gu, " ").trim();
  const characters = [...start];
  if (characters.length <= CHARACTERS && text.length <= UNITS) return start;
  return `${
    characters.slice(0, CHARACTERS).join("").toWellFormed().trimEnd()
  }…`;
}

/** Returns whether the sender may read a room now: no ban keeps it out. */
function mayRead({ hub }: Tools, call: Call, room: string): boolean {
  const { permissions, address } = call;
  try {
    hub.sessionService.admit(
      { name: permissions.name, address },
      permissions,
      room,
    );
    return true;
  } catch (error) {
    if (error instanceof HubbubError) return false;
    throw error;
  }
}

/**
 * Reads the newest message of a room.
 *
 * @param tools Hub and store.
 * @param call The request.
 * @param room The room, which the sender's token may read.
 * @returns Undefined if there is none, or if the sender is banned there.
 * @throws {HubbubError} `store_unavailable`.
 */
export async function previewOf(
  tools: Tools,
  call: Call,
  room: string,
): Promise<Preview | undefined> {
  if (!mayRead(tools, call, room)) return undefined;
  const reads = tools.storage.of(call.address);
  const { messages } = await readHistory(reads, room, {
    before: Infinity,
    limit: 1,
  });
  const [newest] = messages;
  if (newest === undefined) return undefined;
  const { cid: _, text, ...fields } = publicFields(newest);
  return { ...fields, text: startOf(text) };
}
