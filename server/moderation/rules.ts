/**
 * Moderation rules: bans, locks and slow mode. Parsed from documents that all
 * nodes share; lookups are synchronous. Pure: time is passed in.
 */

import { nameKey } from "../../protocol/names.ts";
import type { BanSubject } from "../../protocol/requests.ts";
import { EVERY_ROOM } from "../../protocol/rights.ts";
import { userAuthor } from "../auth/author.ts";
import { looksOf } from "../fleet/lookalikes.ts";
import { networkOf } from "../runtime/ip_network.ts";

/** Who created a rule, when and why. */
interface Act {
  /** The moderator's name. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A ban by name, user or address. */
export interface Ban extends Act {
  /** A kick is a short ban with another message. */
  readonly kind: "ban" | "kick";
  /** A room, or all rooms (`*`). */
  readonly room: string;
  readonly name?: string | undefined;
  /** The `sub` of a token. */
  readonly user?: string | undefined;
  readonly address?: string | undefined;
  /** Known holders of the name: the ban also applies to their other names. */
  readonly authors?: readonly string[] | undefined;
  /** Replaced by `authors`; only in bans stored by earlier versions. */
  readonly author?: string | undefined;
  /** Key of the ban that this one was derived from, and ends with. */
  readonly beganBy?: string | undefined;
  /** Whether to ban the address of the name's holder too. */
  readonly withAddress?: boolean | undefined;
  /** When it expires, in milliseconds since 1970. */
  readonly until: number;
  readonly reason?: string | undefined;
}

/** An announcement to all open rooms. */
export interface Announcement extends Act {
  readonly id: string;
  readonly text: string;
  readonly until: number;
}

/** The rules of a room. */
export interface RoomRules {
  readonly locked: boolean;
  /** Slow mode interval in milliseconds; 0 means off. */
  readonly slowMs: number;
}

/** A person who may be banned. */
export interface Person {
  readonly name?: string | undefined;
  /** Whether an access token states the name, so that it is no imitation. */
  readonly isNameStated?: boolean | undefined;
  readonly author?: string | undefined;
  readonly address: string;
}

/** Differences between two sets of documents. */
export interface RulesChange {
  readonly bans: readonly Ban[];
  /** Rooms whose rules changed. */
  readonly rooms: readonly string[];
  readonly announcements: readonly Announcement[];
}

/** The key of each rule. */
export const RULE_KEYS = {
  lock: (room: string) => `lock/${room}`,
  slow: (room: string) => `slow/${room}`,
  announcement: (id: string) => `announcement/${id}`,
  /** One per kind, room and person: a later ban replaces it. Derived bans are
   * kept separately from moderators' bans. */
  ban: (ban: Omit<Ban, "by" | "at" | "until">) =>
    `${ban.kind}/${ban.room}/${subjectOf(ban)}${
      ban.beganBy === undefined ? "" : ` through ${ban.beganBy}`
    }`,
};

/** Returns the room of a rule's key; `*` for the whole server. */
export function roomOf(key: string): string {
  const [kind, room = ""] = key.split("/");
  return kind === "announcement" ? EVERY_ROOM : room;
}

/** Returns the subject of a ban in comparable form. */
function subjectOf(
  { name, user, address }: BanSubject,
): string {
  if (name !== undefined) return `name ${nameKey(name)}`;
  if (user !== undefined) return `author ${userAuthor(user).key}`;
  return `address ${networkOf(address ?? "") ?? ""}`;
}

/** Returns the known holders of a banned name. */
export function authorsOf({ author, authors = [] }: Ban): readonly string[] {
  return author === undefined ? authors : [...new Set([...authors, author])];
}

/** Returns all subjects that match a person. */
function subjectsOf({ name, author, address }: Person): string[] {
  return [
    ...(name === undefined ? [] : [`name ${nameKey(name)}`]),
    ...(author === undefined ? [] : [`author ${author}`]),
    `address ${networkOf(address) ?? ""}`,
  ];
}

/** Returns the looks of a name that may be an imitation. */
function looks({ name, isNameStated = false }: Person): string[] {
  return name === undefined || isNameStated ? [] : looksLike(name);
}

function looksLike(name: string): string[] {
  return [...looksOf(name)].map((look) => `look ${look}`);
}

/**
 * Returns whether a ban is about a person, in any room. A person whose name
 * only looks like a banned one is rejected by
 * {@linkcode ModerationRules.banOf}, but may be somebody else: the ban does not
 * follow that person to other names.
 */
export function isAbout(ban: Ban, person: Person): boolean {
  const subjects = subjectsOf(person);
  return subjects.includes(subjectOf(ban)) ||
    (person.author !== undefined && authorsOf(ban).includes(person.author));
}

const OPEN: RoomRules = { locked: false, slowMs: 0 };

/** The rules of one server or fleet. */
export class ModerationRules {
  #documents: ReadonlyMap<string, string> = new Map();
  /** Number of documents per room. */
  #sizes = new Map<string, number>();
  #bansByKey = new Map<string, Ban>();
  /** Bans by subject. */
  #bans = new Map<string, Ban[]>();
  #rooms = new Map<string, RoomRules>();
  /** Expiry by key. */
  #until = new Map<string, number>();

  /** Number of documents. */
  get size(): number {
    return this.#documents.size;
  }

  /** Number of documents about a room, or about the whole server (`*`). */
  sizeOf(room: string): number {
    return this.#sizes.get(room) ?? 0;
  }

  /** Returns whether a key exists. */
  has(key: string): boolean {
    return this.#documents.has(key);
  }

  /**
   * Replaces all documents.
   *
   * @returns The differences.
   */
  replace(documents: ReadonlyMap<string, string>): RulesChange {
    const [before, roomsBefore] = [this.#documents, this.#rooms];
    this.#documents = documents;
    this.#sizes = new Map();
    this.#bans = new Map();
    this.#bansByKey = new Map();
    this.#rooms = new Map();
    this.#until = new Map();
    const bans: Ban[] = [];
    const announcements: Announcement[] = [];
    for (const [key, document] of documents) {
      const about = roomOf(key);
      this.#sizes.set(about, this.sizeOf(about) + 1);
      const isNew = before.get(key) !== document;
      const rule = read(document);
      if (rule === undefined) continue;
      const [kind, room = ""] = key.split("/");
      if (typeof rule["until"] === "number") {
        this.#until.set(key, rule["until"]);
      }
      switch (kind) {
        case "ban":
        case "kick": {
          const ban = rule as unknown as Ban;
          this.#bansByKey.set(key, ban);
          this.#addBan(ban);
          if (isNew) bans.push(ban);
          break;
        }
        case "lock":
          this.#rooms.set(room, { ...this.of(room), locked: true });
          break;
        case "slow": {
          const slowMs = Number(rule["everyMs"]);
          this.#rooms.set(room, { ...this.of(room), slowMs });
          break;
        }
        case "announcement":
          if (isNew) announcements.push(rule as unknown as Announcement);
          break;
      }
    }
    const names = new Set([...roomsBefore.keys(), ...this.#rooms.keys()]);
    const rooms = [...names].filter((room) => {
      const { locked, slowMs } = roomsBefore.get(room) ?? OPEN;
      const now = this.of(room);
      return locked !== now.locked || slowMs !== now.slowMs;
    });
    return { bans, rooms, announcements };
  }

  /** Returns the ban of a key, even if expired. */
  ban(key: string): Ban | undefined {
    return this.#bansByKey.get(key);
  }

  /** Returns the bans derived from a ban, by key. */
  begunBy(key: string): (readonly [key: string, ban: Ban])[] {
    return [...this.#bansByKey].filter(([, ban]) => ban.beganBy === key);
  }

  /** Returns the keys of all bans and kicks of a subject in a room, including
   * those of similar names and derived bans. */
  bansOn({ room, ...subject }: BanSubject & { room: string }): string[] {
    const { name } = subject;
    const alike = (name === undefined ? [] : looksLike(name))
      .flatMap((look) => this.#bans.get(look) ?? []);
    const meant = new Set(alike.filter((ban) => ban.room === room));
    const wanted = subjectOf(subject);
    const keys = [...this.#bansByKey].filter(([, ban]) =>
      meant.has(ban) || (ban.room === room && subjectOf(ban) === wanted)
    ).map(([key]) => key);
    const begun = keys.flatMap((key) => this.begunBy(key).map(([key]) => key));
    return [...new Set([...keys, ...begun])];
  }

  /** Returns the rules of a room. */
  of(room: string): RoomRules {
    return this.#rooms.get(room) ?? OPEN;
  }

  /**
   * Returns the ban of a person, if any.
   *
   * @param person The person.
   * @param room The room; `*` finds only bans from the whole server.
   * @param now Milliseconds since 1970.
   * @returns The ban that lasts longest; undefined without a ban.
   */
  banOf(person: Person, room: string, now: number): Ban | undefined {
    if (this.#bans.size === 0) return undefined;
    let longest: Ban | undefined;
    for (const subject of [...subjectsOf(person), ...looks(person)]) {
      for (const ban of this.#bans.get(subject) ?? []) {
        const here = ban.room === room || ban.room === EVERY_ROOM;
        if (!here || ban.until <= now) continue;
        if (ban.until > (longest?.until ?? 0)) longest = ban;
      }
    }
    return longest;
  }

  /**
   * Returns all bans in force in a room.
   *
   * @param room The room; `*` for bans from the whole server.
   * @param now Milliseconds since 1970.
   * @returns Ordered by expiry.
   */
  bans(room: string, now: number): Ban[] {
    const bans = new Set([...this.#bans.values()].flat());
    return [...bans].filter((ban) => ban.room === room && ban.until > now)
      .sort((a, b) => a.until - b.until);
  }

  /** Returns the keys of expired rules. */
  over(now: number): string[] {
    return [...this.#until].filter(([, until]) => until <= now)
      .map(([key]) => key);
  }

  #addBan(ban: Ban): void {
    const subjects = new Set([
      subjectOf(ban),
      ...(ban.name === undefined ? [] : looksLike(ban.name)),
      ...authorsOf(ban).map((author) => `author ${author}`),
    ]);
    for (const subject of subjects) {
      const bans = this.#bans.get(subject) ?? [];
      bans.push(ban);
      this.#bans.set(subject, bans);
    }
  }
}

/** Parses a document; undefined if invalid. */
function read(document: string): Record<string, unknown> | undefined {
  try {
    const rule = JSON.parse(document);
    return typeof rule === "object" && rule !== null ? rule : undefined;
  } catch {
    // A document of another version must not prevent a start.
    return undefined;
  }
}
