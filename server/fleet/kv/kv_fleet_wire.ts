/**
 * The data format of a fleet in Deno KV: a lease per node, a record per
 * session, a session per name and per look, a list of sessions per person, a
 * document per room and node, and each node's news. Pure.
 *
 * A name is held while a session of its person has that name and a live node:
 * leftovers of dead nodes are harmless until they are swept.
 */

import { nameKey } from "../../../protocol/names.ts";
import type { Counts, SessionLease } from "../engine.ts";
import { personOf } from "../fleet.ts";

const FLEET = ["hubbub", "fleet"];

/** All nodes: node to {@linkcode Lease}. */
export const NODES: Deno.KvKey = [...FLEET, "node"];
/** All sessions: session to {@linkcode Record}. */
export const SESSIONS: Deno.KvKey = [...FLEET, "session"];
/** What all nodes tell: node to {@linkcode News}. */
export const NEWS: Deno.KvKey = [...FLEET, "news"];
/** When a heart has beaten last, milliseconds since 1970. */
export const BEAT: Deno.KvKey = [...FLEET, "beat"];

/** The key of a node's lease. */
export function nodeKey(node: string): Deno.KvKey {
  return [...NODES, node];
}

/** The key of a session's record. */
export function sessionKey(session: string): Deno.KvKey {
  return [...SESSIONS, session];
}

/** The key of a name's session. */
export function holderKey(name: string): Deno.KvKey {
  return [...FLEET, "name", nameKey(name)];
}

/** The key of the session whose name has a look: {@linkcode lookKeysOf}. */
export function lookKey(look: string): Deno.KvKey {
  return [...FLEET, "look", look];
}

/** The key of a room's documents by node. */
export function hereKey(room: string): Deno.KvKey {
  return [...FLEET, "here", room];
}

/** The key of what a node tells. */
export function newsKey(node: string): Deno.KvKey {
  return [...NEWS, node];
}

/** The key of the sessions others took from a node: session to version. */
export function takenKey(node: string): Deno.KvKey {
  return [...FLEET, "taken", node];
}

/** The key of a person's sessions: a list of their ids, the newest last. */
export function personKey(
  lease: Pick<SessionLease, "session" | "user" | "guest">,
): Deno.KvKey {
  const person = personOf(lease);
  // Keys have 2 KiB in all; a token may say anything.
  return [...FLEET, "person", person.slice(0, MOST_PERSON)];
}

/** The key of a node's sessions that have other names: session to
 * {@linkcode Named}. */
export function namedKey(node: string): Deno.KvKey {
  return [...FLEET, "named", node];
}

/** The same from earlier versions: session to name. */
export function renamedKey(node: string): Deno.KvKey {
  return [...FLEET, "renamed", node];
}

/** Characters of a person in a key: more than a user has. */
const MOST_PERSON = 300;

/** A node lives until then, milliseconds since 1970. */
export interface Lease {
  readonly until: number;
  /** What it has counted. */
  readonly counts: Counts;
}

/** A session, and who holds it. */
export interface Record extends SessionLease {
  readonly node: string;
}

/** Something a node tells. */
export type NewsItem =
  /** It has written about a room. */
  | { readonly room: string; readonly version: number }
  | { readonly room: string; readonly typing: string };

/** The last things a node has told, in their order. */
export interface News {
  /** How many there were before these. */
  readonly before: number;
  readonly items: readonly NewsItem[];
}

/** How many of them are kept. They fit into a value, of 64 KiB. */
export const MOST_NEWS = 100;
