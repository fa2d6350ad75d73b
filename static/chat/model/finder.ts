/**
 * Finds rooms and people by a part of their names, and ranks them. Pure: the
 * page passes what it knows.
 */

import { folded } from "./folded.ts";
import { checkRoom } from "../../../protocol/names.ts";
import type { ListedRoom, Preview } from "./room_directory.ts";

/** A room that the user has joined. */
export interface OwnRoom {
  readonly name: string;
  readonly topic?: string | undefined;
  readonly members: readonly string[];
  readonly online: number;
  readonly unread: number;
  readonly mentioned: boolean;
  readonly last?: (Preview & { readonly at: number }) | undefined;
}

/** A room of the result. */
export interface FoundRoom {
  readonly kind: "room";
  readonly name: string;
  readonly topic: string | undefined;
  /** Whether the user has joined it. */
  readonly isOwn: boolean;
  readonly online: number;
  readonly unread: number;
  readonly mentioned: boolean;
  readonly last: Preview | undefined;
  readonly at: number | undefined;
}

/** A person of the result, and a room that both are in. */
export interface FoundPerson {
  readonly kind: "person";
  readonly name: string;
  readonly room: string;
}

/** A room to create: no known room has this name. */
export interface NewRoom {
  readonly kind: "new";
  readonly name: string;
}

/** An entry of the result. */
export type Found = FoundRoom | FoundPerson | NewRoom;

/** The result, with the best matches of each kind first. */
export interface Findings {
  readonly own: readonly FoundRoom[];
  readonly others: readonly FoundRoom[];
  readonly people: readonly FoundPerson[];
  readonly created: NewRoom | undefined;
}

/** Maximum people shown; a longer search finds the others. */
const MOST_PEOPLE = 20;
/** Maximum other rooms shown. */
const MOST_ROOMS = 200;

/**
 * Returns how well a name matches a search.
 *
 * @returns The lower, the better: 0 is the whole name, 1 its start, 2 the start
 * of a word in it, 3 any part; undefined if it does not match.
 */
export function rankOf(name: string, search: string): number | undefined {
  const [text, wanted] = [folded(name), folded(search.trim())];
  if (text === wanted) return 0;
  const index = text.indexOf(wanted);
  if (index < 0) return undefined;
  if (index === 0) return 1;
  const startsWord = text.split(/[^\p{L}\p{N}]+/u).slice(1)
    .some((word) => word.startsWith(wanted));
  return startsWord ? 2 : 3;
}

/** Returns how well a room matches: a topic counts less than any name. */
function rankOfRoom(
  { name, topic }: FoundRoom,
  search: string,
): number | undefined {
  return rankOf(name, search) ??
    (topic !== undefined && rankOf(topic, search) !== undefined
      ? 4
      : undefined);
}

function byRank<T>(
  items: readonly T[],
  rank: (item: T) => number | undefined,
  then: (a: T, b: T) => number,
): T[] {
  return items.flatMap((item) => {
    const found = rank(item);
    return found === undefined ? [] : [{ item, found }];
  }).sort((a, b) => a.found - b.found || then(a.item, b.item))
    .map(({ item }) => item);
}

/** Compares two rooms: unread ones first, then newer ones. */
function byNews(a: FoundRoom, b: FoundRoom): number {
  return Number(b.mentioned) - Number(a.mentioned) ||
    Number(b.unread > 0) - Number(a.unread > 0) ||
    (b.at ?? 0) - (a.at ?? 0) || a.name.localeCompare(b.name);
}

/** Compares two rooms: those with people first, then newer ones. */
function byPeople(a: FoundRoom, b: FoundRoom): number {
  return Number(b.online > 0) - Number(a.online > 0) ||
    (b.at ?? 0) - (a.at ?? 0) || a.name.localeCompare(b.name);
}

/** Returns the room to create, if the search is no known room's name. */
function newRoom(
  search: string,
  known: readonly string[],
): NewRoom | undefined {
  try {
    const name = checkRoom(search.trim());
    return known.includes(name) ? undefined : { kind: "new", name };
  } catch {
    return undefined;
  }
}

/**
 * Finds rooms and people.
 *
 * @param search A part of a name; empty for all rooms and no people.
 * @param known Where to search: the user's rooms and those of the server; and the
 * user's own name, which is left out.
 */
export function find(
  search: string,
  { own, listed, me }: {
    readonly own: readonly OwnRoom[];
    readonly listed: readonly ListedRoom[];
    readonly me: string | undefined;
  },
): Findings {
  const ownNames = new Set(own.map(({ name }) => name));
  const mine = own.map((room): FoundRoom => ({
    kind: "room",
    name: room.name,
    topic: room.topic,
    isOwn: true,
    online: room.online,
    unread: room.unread,
    mentioned: room.mentioned,
    last: room.last,
    at: room.last?.at,
  }));
  const others = listed.filter(({ room }) => !ownNames.has(room))
    .map((room): FoundRoom => ({
      kind: "room",
      name: room.room,
      topic: room.topic,
      isOwn: false,
      online: room.online,
      unread: 0,
      mentioned: false,
      last: room.last,
      at: room.at ?? undefined,
    }));
  const known = [...mine, ...others].map(({ name }) => name);
  const rank = (room: FoundRoom) => rankOfRoom(room, search);
  return {
    own: byRank(mine, rank, byNews),
    others: byRank(others, rank, byPeople).slice(0, MOST_ROOMS),
    people: search.trim() === "" ? [] : peopleIn(own, search, me),
    created: newRoom(search, known),
  };
}

/** Returns the people of the user's rooms whose names match, each once. */
function peopleIn(
  rooms: readonly OwnRoom[],
  search: string,
  me: string | undefined,
): FoundPerson[] {
  const found = new Map<string, FoundPerson>();
  for (const { name: room, members } of rooms) {
    for (const name of members) {
      if (name === me || found.has(name)) continue;
      if (rankOf(name, search) === undefined) continue;
      found.set(name, { kind: "person", name, room });
    }
  }
  return byRank(
    [...found.values()],
    ({ name }) => rankOf(name, search),
    (a, b) => a.name.localeCompare(b.name),
  ).slice(0, MOST_PEOPLE);
}
